import FlatBuffers
import Foundation
import Platform
import Samples
import TFLite
import TestSupport
import Testing

/// Arrays as files, and models that differ from a fixture in one place.
extension Workspace {
  /// Writes an npy file.
  @discardableResult
  func write(_ array: DenseArray, to name: String) throws -> String {
    try write(NpyFile.bytes(of: array), to: name)
  }

  /// Writes an npy file with zeros, a row of this shape for each of `count` samples. It takes no room on
  /// the disk.
  @discardableResult
  func writeZeros(of count: Int, _ shape: [Int], to name: String) throws -> String {
    let sizes = ([count] + shape).map(String.init).joined(separator: ", ")
    var header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes))}".utf8)
    header += [UInt8](repeating: 32, count: 117 - header.count) + [10]
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0]
    let path = try write(magic + header, to: name)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(128 + 4 * shape.reduce(count, *)))
    try file.close()
    return path
  }

  /// Writes an npz file with stored arrays.
  @discardableResult
  func write(_ arrays: KeyValuePairs<String, DenseArray>, to name: String) throws -> String {
    try write(
      Archive.bytes(arrays.map { ("\($0.key).npy", try NpyFile.bytes(of: $0.value)) }), to: name)
  }

  /// A samples folder with a file for each array.
  func write(samples arrays: [DenseArray], to name: String = "samples") throws -> String {
    try makeFolder(name)
    for (index, array) in arrays.enumerated() { try write(array, to: "\(name)/\(index).npy") }
    return path(name)
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
    let file = try Fixtures.open(name)
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
      let nan = [UInt8](of: [Float](repeating: .nan, count: 10))
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
  /// Float32 elements 0, 1 ÷ n, 2 ÷ n …
  static func ramp(_ shape: [Int]) -> DenseArray {
    let count = shape.reduce(1, *)
    return floats((0..<count).map { Float($0) / Float(count) }, shape)
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
