import FlatBuffers
import Foundation
import Platform
import Samples
import TFLite
import Testing

/// Arrays as files, and models that differ from a fixture in one place.
extension Workspace {
  static let samples = fixtures.appending(path: "Samples").path

  /// An npy file.
  func write(_ array: DenseArray, to name: String) throws -> String {
    try Data(NpyFile.bytes(of: array)).write(to: folder.appending(path: name))
    return path(name)
  }

  /// An npz file with stored arrays.
  func write(_ arrays: KeyValuePairs<String, DenseArray>, to name: String) throws -> String {
    let members = try arrays.map { ("\($0.key).npy", try NpyFile.bytes(of: $0.value)) }
    try Data(Archive.bytes(members)).write(to: folder.appending(path: name))
    return path(name)
  }

  /// A samples folder with a file for each array.
  func write(samples arrays: [DenseArray], to name: String = "samples") throws -> String {
    try makeFolder(name)
    for (index, array) in arrays.enumerated() { _ = try write(array, to: "\(name)/\(index).npy") }
    return path(name)
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  /// The only array of an npy file.
  func array(_ name: String) throws -> DenseArray {
    let file = try ArrayFile(path: path(name))
    return try file.array(named: file.names[0])
  }

  /// A fixture that `edit` changed.
  func edited(
    _ name: String, as target: String = "edited.tflite", _ edit: (inout Model) -> Void
  ) throws -> String {
    let file = try ModelFile(MappedFile(path: Self.fixture(name)))
    var model = file.model
    edit(&model)
    let output = try OutputFile(path: path(target))
    _ = try ModelWriter(model, of: file).write(to: output)
    try output.commit(replacing: true)
    return path(target)
  }

  /// A classifier of digits whose every output is NaN.
  func brokenClassifier() throws -> String {
    try edited("digits_cnn") { model in
      let bias = model.subgraphs[0].operators[7].inputs?[2] ?? 0
      let nan = [Float](repeating: .nan, count: 10).withUnsafeBytes { [UInt8]($0) }
      model.subgraphs[0].tensors[Int(bias)].buffer = model.append(.bytes(nan))
    }
  }

  /// A model with operators that nobody has a kernel for, in two places.
  func unknownOperators() throws -> String {
    try edited("digits_cnn") { model in
      for (index, code) in model.operatorCodes.enumerated()
      where code.builtinCode == BuiltinOperator(named: "FULLY_CONNECTED") {
        model.operatorCodes[index].builtinCode = .custom
        model.operatorCodes[index].deprecatedBuiltinCode = 32
        model.operatorCodes[index].customCode = Text("ShinyLayer")
      }
    }
  }
}

extension DenseArray {
  static func floats(_ values: [Float], _ shape: [Int]) -> DenseArray {
    DenseArray(.float32, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
  }

  static func doubles(_ values: [Double], _ shape: [Int]) -> DenseArray {
    DenseArray(.float64, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
  }

  static func longs(_ values: [Int64], _ shape: [Int]) -> DenseArray {
    DenseArray(.int64, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
  }

  static func ints(_ values: [Int32], _ shape: [Int]) -> DenseArray {
    DenseArray(.int32, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
  }

  /// Float32 elements 0, 1 ÷ n, 2 ÷ n …
  static func ramp(_ shape: [Int]) -> DenseArray {
    let count = shape.reduce(1, *)
    return floats((0..<count).map { Float($0) / Float(count) }, shape)
  }

  var floats: [Float] {
    bytes.withUnsafeBytes { source in
      (0..<source.count / 4).map { source.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  /// Whether float elements agree within `tolerance` of the greatest, others bit by bit.
  func isClose(to other: DenseArray, tolerance: Float) -> Bool {
    guard shape == other.shape, type == other.type else { return false }
    guard type == .float32 else { return bytes == other.bytes }
    let greatest = other.floats.map(abs).max() ?? 0
    return zip(floats, other.floats).allSatisfy { abs($0 - $1) <= tolerance * greatest }
  }
}

/// JSON that a command printed or wrote.
func parsed(_ text: Data) throws -> [String: Any] {
  try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
}

func parsed(_ text: String) throws -> [String: Any] { try parsed(Data(text.utf8)) }
