import Foundation
import OpSet
import Platform
import TFLite
import TestSupport

@testable import Interpreter

extension Fixtures {
  /// Models without an operator that has no kernel yet.
  static let runnable = names.filter { name in
    (try? Interpreter(open(name), options: .single)) != nil
  }
}

extension GoldenCase {
  /// Without those that have no kernel yet; `GoldenVectorTests` objects to them.
  static func runnable(_ kind: String) throws -> [GoldenCase] {
    try cases(of: kind).filter { (try? Interpreter($0.file(), options: .single)) != nil }
  }
}

extension DenseArray {
  /// Floats between −1 and 1; integers from 0 to 4, which are indices of every table here.
  static func random(_ type: TensorType, shape: [Int], seed: UInt64) -> DenseArray {
    var generator = SeededRandom(seed: seed)
    let count = shape.reduce(1, *)
    var bytes: [UInt8] = []
    for _ in 0..<count {
      if type == .float32 {
        let value = Float.random(in: -1...1, using: &generator)
        withUnsafeBytes(of: value) { bytes += $0 }
      } else {
        bytes.append(UInt8.random(in: 0..<5, using: &generator))
        bytes += Array(repeating: 0, count: (type.bits ?? 8) / 8 - 1)
      }
    }
    return DenseArray(type, shape: shape, bytes: bytes)
  }

  /// Rows `range` of the first axis.
  func rows(_ range: Range<Int>) -> DenseArray {
    let size = bytes.count / max(shape[0], 1)
    return DenseArray(
      type, shape: [range.count] + shape.dropFirst(),
      bytes: Array(bytes[range.lowerBound * size..<range.upperBound * size]))
  }
}

extension Interpreter {
  /// For the shapes of the file.
  func randomInputs(seed: UInt64) -> [DenseArray] {
    inputs.enumerated().map { index, port in
      .random(port.type, shape: port.shape, seed: seed &* 31 &+ UInt64(index))
    }
  }

  /// Shapes are known before the run in every subgraph that was prepared, and nothing is a string.
  var isStatic: Bool {
    programs.values.allSatisfy { program in
      program.nodes.allSatisfy { $0.mode != .dynamic }
        && program.values.allSatisfy { $0.type != .string }
    }
  }

  /// Like `run`, with the memory that values share full of ones before: NaN for floats.
  func runPoisoned(
    _ arrays: [DenseArray], observing observer: ((Observation) throws -> Void)? = nil
  ) throws -> [DenseArray] {
    try resize(arrays.map(\.shape))
    for program in programs.values { program.poison() }
    return try run(arrays, observing: observer)
  }
}
