import Platform

/// The header of an npy file, checked against the file's size.
///
/// Source: numpy.lib.format; versions 1, 2 and 3. Bytes after the elements are ignored, as numpy
/// does.
struct NpyHeader: Equatable, Sendable {
  let element: NpyType
  /// Whether the first axis is the one that varies fastest.
  let isFortranOrder: Bool
  /// The product of the sizes (0 counts as 1) and the element's bytes fits into `Int`.
  let shape: [Int]
  /// The elements' bytes in the file.
  let data: Range<Int>

  static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// `file` is the beginning of a file of `size` bytes, the whole file by default.
  init(_ file: UnsafeRawBufferPointer, size: Int? = nil) throws(NpyProblem) {
    let size = size ?? file.count
    let fixed = Self.signature.count + 2
    guard file.starts(with: Self.signature) else { throw .notNpy }
    guard file.count >= fixed else { throw .headerCutOff }
    let version = Int(file[Self.signature.count])
    guard (1...3).contains(version) else { throw .unknownVersion(version) }
    let text = fixed + (version == 1 ? 2 : 4)
    guard file.count >= text else { throw .headerCutOff }
    let length = file[fixed..<text].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= size - text else { throw .headerCutOff }
    guard length <= file.count - text else { throw .badHeader }
    let dictionary = try NpyDictionary(
      UnsafeRawBufferPointer(rebasing: file[text..<text + length]))
    guard let descr = dictionary.descr, let isFortranOrder = dictionary.isFortranOrder,
      let shape = dictionary.shape
    else { throw .badHeader }
    element = try NpyType(descr)
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    let start = text + length
    let count = try Self.byteCount(shape, element)
    guard count <= size - start else {
      throw .dataCutOff(expected: count, found: size - start)
    }
    data = start..<start + count
  }

  var isStrided: Bool { isFortranOrder && shape.count > 1 }

  /// Returns the bytes of the array at `index` of the first axis. The range is empty if they are
  /// mixed with those of others: to map all of those again for each array would take a hundred
  /// times as long.
  func rangeOfPart(_ index: Int) -> Range<Int> {
    guard !isStrided else { return 0..<0 }
    let size = shape.dropFirst().reduce(element.size, *)
    return data.lowerBound + index * size..<data.lowerBound + (index + 1) * size
  }

  private static func byteCount(_ shape: [Int], _ element: NpyType) throws(NpyProblem) -> Int {
    guard let count = (shape.map { max($0, 1) } + [element.size]).sizeProduct else {
      throw .tooLarge(shape: shape)
    }
    return shape.contains(0) ? 0 : count
  }
}
