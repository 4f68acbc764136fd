import Foundation
import Interpreter
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer
@testable import Training

/// Steps of Adam, judged by its recurrences in double precision (Kingma and Ba, "Adam: A Method for
/// Stochastic Optimization", 2015, algorithm 1, without ε).
@Suite struct AdaptedValuesTests {
  private let rows = 4
  private let columns = 6

  /// A weight is kept as it is only where it is a variable.
  private func model() throws -> (model: Interpreter, weight: TensorID) {
    var maker = ModelMaker()
    let x = maker.input("x", [1, Int32(columns)])
    maker.output(
      maker.dense(x, "y", depth: Int32(columns), units: Int32(rows), seed: 3, factor: 1))
    let file = try maker.file()
    let weight = TensorID(0, Int(try #require(file.index("y/w"))))
    var options = Interpreter.Options()
    options.variables = [weight]
    return (try Interpreter(file, options: options), weight)
  }

  @Test func `Values move as Adam says, each part at its own rate`() throws {
    let (model, weight) = try model()
    let sizes: [Float] = [1, 0.5, 2, 0.25]
    let value = try #require(model.value(of: weight))
    let adapted = withExtendedLifetime(model) {
      AdaptedValues([value], .init(ids: [weight], sizes: sizes), slots: 2)
    }
    let count = rows * columns
    var wanted = adapted.arrays[0].1.map(Double.init)
    var (mean, square) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    for step in 0..<20 {
      let gradients = unitValues(2 * count, seed: UInt64(step + 1)).map { $0 - 0.437 }
      for slot in 0..<2 {
        for index in 0..<count { adapted.gradients[slot][index] = gradients[slot * count + index] }
      }
      adapted.move(step, rate: 0.01)
      let power = Double(step + 1)
      for index in 0..<count {
        let gradient = Double(gradients[index]) + Double(gradients[count + index])
        mean[index] = 0.9 * mean[index] + 0.1 * gradient
        square[index] = 0.99 * square[index] + 0.01 * gradient * gradient
        guard square[index] > 0 else { continue }
        let size = 0.01 * Double(sizes[index / columns])
        wanted[index] -=
          size * (mean[index] / (1 - pow(0.9, power)))
          / (square[index] / (1 - pow(0.99, power))).squareRoot()
      }
    }
    for (found, wanted) in zip(adapted.arrays[0].1, wanted) {
      #expect(abs(Double(found) - wanted) < 1e-4)
    }
  }

  @Test func `The model has what stands for the values, which move behind it`() throws {
    let (model, weight) = try model()
    let value = try #require(model.value(of: weight))
    var start = [Float](repeating: 0.26, count: rows * columns)
    start[5] = 0
    let adapted = withExtendedLifetime(model) {
      AdaptedValues(
        [value],
        .init(
          ids: [weight], sizes: [1],
          storage: .init(start: start) { values, _, stored in
            for index in 0..<24 { stored[index] = (values[index] * 2).rounded() / 2 }
          }), slots: 1)
    }
    #expect(adapted.arrays[0].1.enumerated().allSatisfy { $1 == ($0 == 5 ? 0 : 0.5) })
    adapted.show(in: model)
    #expect(value.floats[0] == 0.5)
    // One step of 0.02 ends below the tie at 0.25.
    for index in 0..<24 { adapted.gradients[0][index] = index < 12 ? 1 : -1 }
    adapted.move(0, rate: 0.02)
    let found = adapted.arrays[0].1
    #expect(found[..<12].allSatisfy { $0 == 0 } && found[12...].allSatisfy { $0 == 0.5 })
  }

  /// Judged by the product of the values itself.
  @Test func `Weights are packed again where their number changed, or none is known`() throws {
    var (model, weight) = try model()
    var options = Interpreter.Options()
    (options.variables, options.sharesMemory) = ([weight], false)
    model = try Interpreter(model.file, options: options)
    let value = try #require(model.value(of: weight))
    let sample = [
      DenseArray(
        .float32, shape: [1, columns], bytes: [UInt8](of: [Float](repeating: 1, count: columns)))
    ]
    func sum(_ weights: Float, _ constants: Int?) throws -> Float {
      for index in 0..<rows * columns { value.floats[index] = weights }
      model.constants = constants
      return try model.run(sample)[0].bytes.elements(Float.self)[0]
    }
    let none = try sum(0, nil)
    for (weights, constants, wanted) in [
      (Float(1), Int?(7), Float(1)), (2, 7, 1), (2, 8, 2), (3, nil, 3), (4, nil, 4),
    ] {
      let found = try sum(weights, constants)
      #expect(abs(found - none - wanted * Float(columns)) < 1e-3, "\(weights) \(constants ?? 0)")
    }
  }

  @Test func `What outgrows a kept value takes its place`() throws {
    let (model, weight) = try model()
    let value = try #require(model.value(of: weight))
    for index in 0..<rows * columns { value.floats[index] = index < 12 ? 1 : 0 }
    let adapted = AdaptedValues(
      [value],
      .init(
        ids: [weight], sizes: [1],
        support: { scores, keep in
          let order = (0..<24).sorted { scores[$0] > scores[$1] }
          for (rank, index) in order.enumerated() { keep[index] = rank < 12 ? 1 : 0 }
        }), slots: 1)
    withExtendedLifetime(model) {}
    #expect(adapted.arrays[0].1.count { $0 != 0 } == 12)
    // Ten steps of full size for the last value and for a kept one, which shrinks; the others go back
    // and forth.
    for step in 0..<10 {
      for index in 0..<24 { adapted.gradients[0][index] = step % 2 == 0 ? 0.1 : -0.1 }
      adapted.gradients[0][23] = -1
      adapted.gradients[0][0] = 1
      adapted.move(step, rate: 0.09)
    }
    #expect(adapted.arrays[0].1[23] == 0)
    adapted.chooseSupport()
    let found = adapted.arrays[0].1
    #expect(found.count { $0 != 0 } == 12 && found[23] > 0.5 && found[0] == 0)
  }

  /// By the definition of Esser et al., "Learned Step Size Quantization", 2020, equation 3.
  @Test func `A scale learns from what rounding leaves, and from what it cuts off`() throws {
    let layout = try #require(ChannelLayout(shape: [2, 3], axis: 0))
    let encoding = WeightEncoding(.four, layout, axis: 0, magnitudes: [7, 3.5])
    let real: [Float] = [0.2, -1.4, 6.8, 0.1, 3, -3.4]
    let variable = try #require(
      Trainer.Variable(
        TensorID(0, 1), encoding, real: real, rounded: [0, -1, 7, 0, 3, -3.5]))
    let storage = try #require(variable.storage)
    #expect(storage.scales == [1, 0.5])
    var gradients: [Float] = [1, 2, 3, 4, 5, 6]
    var sums: [Float] = [0, 0]
    // The last value of each channel is cut off at 7 steps.
    storage.scaleGradients([0.2, -1.4, 8, 0.1, 3, -4], storage.scales, &gradients, &sums)
    #expect(gradients == [1, 2, 0, 4, 5, 0])
    let wanted: [Float] = [
      1 * (0 - 0.2) + 2 * (-1 + 1.4) + 3 * 7, 4 * (0 - 0.2) + 5 * (6 - 6) + 6 * -7,
    ]
    #expect(zip(sums, wanted).allSatisfy { abs($0 - $1) < 1e-4 }, "\(sums)")
  }
}
