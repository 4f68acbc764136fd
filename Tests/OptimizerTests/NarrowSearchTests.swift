import Evaluation
import Interpreter
import LinearAlgebra
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Weights of four bits that are chosen on samples. The error is that of the interpreter's results on samples that the
/// search did not see, which has the bits of LiteRT's kernels (`Tools/oracle.py --checks int4`).
@Suite struct NarrowSearchTests {
  /// Three layers behind an input whose values are alike.
  private func file(_ scale: Float = 1) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let copies = (0..<64 * 8).map { Float($0 / 8 % 8 == $0 % 8 ? 1 : 0) }
    let wide = maker.operation(
      "FULLY_CONNECTED", [x, maker.constant("copies", [64, 8], copies)], "wide", [1, 64])
    let inner = maker.operation(
      "RELU", [maker.dense(wide, "inner", depth: 64, units: 32, seed: 5)], "relu", [1, 32])
    let weights = self.weights(32 * 32).map { $0 * scale }
    let second = maker.operation(
      "FULLY_CONNECTED", [inner, maker.constant("second", [32, 32], weights)], "next", [1, 32])
    maker.output(maker.dense(second, "last", depth: 32, units: 40, seed: 7))
    return try maker.file()
  }

  private func weights(_ count: Int) -> [Float] { unitValues(count, seed: 11).map { $0 - 0.5 } }

  private func quantized(
    _ file: ModelFile, _ mode: QuantizeStep.Mode, samples: Int, threads: Int = 1,
    _ change: (inout QuantizeStep) -> Void = { _ in }
  ) throws -> Optimized {
    var step = QuantizeStep(mode: mode)
    step.weights = .four
    change(&step)
    let given = try IntegerModel.samples(of: file, samples)
    return try Optimized(
      file, step, threads: threads,
      samples: CalibrationSource(count: given.count) { given[$0] })
  }

  private func error(_ result: ModelFile, _ file: ModelFile) throws -> Double {
    let (float, integer) = (try Interpreter(file), try Interpreter(result))
    var (difference, size) = (0.0, 0.0)
    for sample in try IntegerModel.samples(of: file, 120).suffix(40) {
      for (a, b) in zip(try float.run(sample), try integer.run(sample)) {
        for (x, y) in zip(a.bytes.elements(Float.self), b.bytes.elements(Float.self)) {
          difference += Double((x - y) * (x - y))
          size += Double(x * x)
        }
      }
    }
    return (difference / size).squareRoot()
  }

  @Test(arguments: [QuantizeStep.Mode.dynamic, .int8, .int16x8])
  func `Weights that samples chose lose less`(mode: QuantizeStep.Mode) throws {
    let file = try file()
    let blind = try quantized(file, mode, samples: 60) { $0.effort = 1 }
    let seeing = try quantized(file, mode, samples: 60)
    #expect(seeing.file.tensor("second")?.type == .int4)
    #expect(try error(seeing.file, file) < 0.6 * error(blind.file, file))
    let again = try quantized(file, mode, samples: 60, threads: 2)
    #expect(Array(again.file.bytes) == Array(seeing.file.bytes))
  }

  @Test func `Decoded weights of four bits are chosen on samples too`() throws {
    let file = try file()
    let blind = try quantized(file, .dynamic, samples: 0) { $0.weightsOnly = true }
    let seeing = try quantized(file, .dynamic, samples: 60) { $0.weightsOnly = true }
    #expect(try error(seeing.file, file) < 0.6 * error(blind.file, file))
  }

  @Test func `Scales that are fitted to levels leave less error than the best of shares`() throws {
    let count = 24
    let covariance = FloatMatrix.identity(count)
    for row in 0..<count {
      for column in 0..<count where row != column {
        covariance[row][column] = 0.6
      }
    }
    let products = MatrixProduct(threads: 2)
    let rounding = try #require(JointRounding(covariance, products))
    let rows = FloatMatrix(rows: 16, columns: count)
    for (index, value) in weights(16 * count).enumerated() { rows.base[index] = value }
    for width in [count, 8] {
      let steps = StepSizes([0.5 / 7], rows: 16, columns: count, width: width)
      let fitted = FittedRounding(rounding: rounding).fit(rows, steps, limit: 7)
      let plain = FloatMatrix(copying: rows)
      rounding.round(plain, steps, limit: 7)
      func error(_ levels: FloatMatrix, _ steps: StepSizes) -> Double {
        (0..<16).reduce(0) { total, row in
          let errors = (0..<count).map {
            Double(levels[row][$0] * steps[row, $0] - rows[row][$0])
          }
          return total
            + (0..<count).reduce(0) { sum, i in
              sum
                + (0..<count).reduce(0) { $0 + errors[i] * errors[$1] * Double(covariance[i][$1]) }
            }
        }
      }
      #expect(error(fitted.levels, fitted.steps) < 0.8 * error(plain, steps))
      #expect(fitted.levels.values.allSatisfy { abs($0) <= 7 && $0 == $0.rounded() })
    }
  }

  @Test func `auto keeps eight bits where four move the outputs too far`() throws {
    let file = try file()
    let result = try quantized(file, .dynamic, samples: 60) {
      $0.choosesWeights = true
      $0.effort = 1
    }
    let names = ["inner/w", "second", "last/w"]
    let types = names.compactMap { result.file.tensor($0)?.type }
    #expect(types.contains(.int8))
    #expect(try error(result.file, file) < 0.11)
    let id = try #require(result.outcome.log.wider.first)
    guard case .losesTooMuch(.int4, let error) = id.value else {
      Issue.record("\(id.value)")
      return
    }
    #expect(error > 0 && error < 1)
  }

  @Test func `auto measures on random inputs without samples, and refuses inputs that are indices`()
    throws
  {
    let file = try file()
    let result = try quantized(file, .dynamic, samples: 0) { $0.choosesWeights = true }
    #expect(result.outcome.log.wider.count > 0)
    var maker = ModelMaker()
    let indices = maker.input("x", [4], .int32)
    let table = maker.constant("table", [64, 64], weights(64 * 64))
    maker.output(maker.operation("EMBEDDING_LOOKUP", [indices, table], "y", [4, 64]))
    let other = try maker.file()
    #expect(throws: StepFault.self) {
      try quantized(other, .dynamic, samples: 0) { $0.choosesWeights = true }
    }
  }
}
