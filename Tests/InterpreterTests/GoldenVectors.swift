import Foundation
import OpSet
import Platform
import Samples
import TFLite
import TestSupport

@testable import Interpreter

/// A small model with the outputs that LiteRT computes (Vectors/README.md).
struct GoldenCase: CustomStringConvertible {
  let name: String
  let model: [UInt8]
  /// Inputs and outputs of each invocation.
  let runs: [(inputs: [DenseArray], outputs: [DenseArray])]

  var description: String { name }

  static let folder = Checkout.folder().appending(path: "Vectors").path

  /// Operators with vectors; `OPERATOR` in the environment picks some, with commas between.
  static let operators: [String] = {
    let all = FileSystem.names(in: folder).filter { $0.hasSuffix(".npz") }.map {
      String($0.dropLast(4))
    }
    guard let wanted = FileSystem.environment("OPERATOR") else { return all }
    return all.filter { wanted.split(separator: ",").map(String.init).contains($0) }
  }()

  /// With answers, the cases that it has outputs of, and those outputs.
  static func cases(of kind: String, answers given: ArrayFile? = nil) throws -> [GoldenCase] {
    let file = try ArrayFile(path: "\(folder)/\(kind).npz")
    let answers = given ?? file
    func arrays(_ file: ArrayFile, _ prefix: String) throws -> [DenseArray] {
      let names = Set(file.names)
      return try (0...).lazy.map { "\(prefix)\($0)" }.prefix { names.contains($0) }
        .map { try file.array(named: $0) }
    }
    let names = Set(answers.names)
    let titles = file.names.filter { $0.hasSuffix("/model") }.map { String($0.dropLast(6)) }
    return try titles.filter { given == nil || names.contains("\($0)/out0") }.map {
      title in
      var runs: [(inputs: [DenseArray], outputs: [DenseArray])] = []
      var place = title
      repeat {
        runs.append((try arrays(file, "\(place)/in"), try arrays(answers, "\(place)/out")))
        place = "\(title)/run\(runs.count)"
      } while names.contains("\(place)/out0")
      return GoldenCase(
        name: "\(kind) \(title)", model: try file.array(named: "\(title)/model").bytes, runs: runs)
    }
  }

  /// The model as a file; the caller keeps it while the interpreter lives.
  func file() throws -> ModelFile {
    let path = "\(FileSystem.temporaryFolder)/golden-\(UUID().uuidString).tflite"
    defer { FileSystem.remove(path) }
    guard FileManager.default.createFile(atPath: path, contents: Data(model)) else {
      throw CocoaError(.fileWriteUnknown)
    }
    return try ModelFile(MappedFile(path: path))
  }

  /// Integer weights under float activations: inputs are rounded to int8 on the way, and one that
  /// falls to the other side moves a result.
  static func isHybrid(_ model: Model) -> Bool {
    model.subgraphs.contains { subgraph in
      subgraph.operators.contains { entry in
        guard OpSet.spec(for: model.kind(of: entry))?.hybrid != nil else { return false }
        func types(_ list: [Int32]?) -> [TensorType] {
          (list ?? []).filter { $0 >= 0 }.map { subgraph.tensors[Int($0)].type }
        }
        return types(entry.outputs).contains(.float32)
          && types(entry.inputs).contains { [.int8, .int4, .int2].contains($0) }
      }
    }
  }

  /// What is wrong with the model's results under the kernels; nil if nothing.
  func failure(_ options: Interpreter.Options) throws -> String? {
    let file = try file()
    let tolerance: Float = Self.isHybrid(file.model) ? 1e-3 : 1e-5
    let interpreter = try Interpreter(file, options: options)
    for (index, run) in runs.enumerated() {
      let found = try interpreter.run(run.inputs)
      guard found.count == run.outputs.count else { return "\(found.count) outputs" }
      for (position, (a, b)) in zip(found, run.outputs).enumerated() {
        if let difference = a.difference(from: b, tolerance: tolerance) {
          return "run \(index), output \(position): \(difference)"
        }
      }
    }
    return nil
  }
}

extension DenseArray {
  /// How this differs from what LiteRT computed; nil if not.
  func difference(from expected: DenseArray, tolerance: Float) -> String? {
    guard shape == expected.shape else { return "shape \(shape), expected \(expected.shape)" }
    guard type == expected.type else { return "type \(type), expected \(expected.type)" }
    guard type == .float32 || type == .complex64 else {
      return bytes == expected.bytes
        ? nil : "bytes \(bytes.prefix(32)), expected \(expected.bytes.prefix(32))"
    }
    let (mine, theirs) = (floats, expected.floats)
    let greatest = theirs.filter(\.isFinite).map(abs).max() ?? 0
    for index in mine.indices {
      let (a, b) = (mine[index], theirs[index])
      if a == b || (a.isNaN && b.isNaN) { continue }
      guard abs(a - b) <= tolerance * greatest else {
        return "element \(index) is \(a), expected \(b)"
      }
    }
    return nil
  }
}
