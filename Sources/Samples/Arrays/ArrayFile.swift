import Platform
import TFLite

/// An npy or npz file; `FILE.npz:ARRAY` has one array of an archive.
package struct ArrayFile: Sendable {
  /// The path of the file, without `:ARRAY`.
  package let path: String
  /// The names of the arrays, in the order of the file; an npy file's array has the file's name
  /// without its extension.
  package let names: [String]
  private let file: MappedFile
  /// Nil for npy.
  private let members: [ZipMember]?

  private static let ending = ".npy"

  var isArchive: Bool { members != nil }

  init(npy file: MappedFile) {
    self.file = file
    path = file.path
    names = [FileName.stem(FileName.name(file.path))]
    members = nil
  }

  /// Reads all arrays, or just `array` if it is given.
  init(npz file: MappedFile, array: String?) throws(SampleFault) {
    self.file = file
    path = file.path
    let members = try Self.members(of: file)
    let all = members.map { String($0.name.dropLast(Self.ending.utf8.count)) }
    if let array, !all.contains(array) {
      throw .noArray(array, path: file.path, names: all)
    }
    names = array.map { [$0] } ?? all
    self.members = members
  }

  /// Reads one whole array.
  package func array(named name: String) throws(SampleFault) -> DenseArray {
    try stored(named: name).whole()
  }

  /// Reads one whole array in the input's shape and type. An array that the input does not take is
  /// not read. `source` names the array in faults.
  package func array(
    named name: String, for input: SampleInput, source: String? = nil
  ) throws(SampleFault) -> DenseArray {
    let array = try stored(named: name)
    let source = source ?? array.source
    try input.checkType(array.header.element.type, source: source)
    _ = try input.shape(accepting: array.header.shape, source: source)
    return try input.convert(array.whole(), source: source)
  }

  /// Finds one array without reading its elements.
  func stored(named name: String) throws(SampleFault) -> StoredArray {
    guard names.contains(name) else { throw .noArray(name, path: path, names: names) }
    guard let members else { return try StoredArray(file, source: path) }
    guard let member = members.first(where: { $0.name == name + Self.ending }) else {
      throw .noArray(name, path: path, names: names)
    }
    return try StoredArray(member, in: file, source: "\(path):\(name)")
  }

  /// The members that are arrays. Of two with the same name the last counts, as in Python.
  private static func members(of file: MappedFile) throws(SampleFault) -> [ZipMember] {
    do throws(ZipProblem) {
      let all = try ZipDirectory(file.bytes).members.filter { $0.name.hasSuffix(ending) }
      var last: [String: Int] = [:]
      for (index, member) in all.enumerated() { last[member.name] = index }
      return all.indices.filter { last[all[$0].name] == $0 }.map { all[$0] }
    } catch {
      throw .badArchive(source: file.path, error)
    }
  }
}
