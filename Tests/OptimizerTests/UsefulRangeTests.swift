import Evaluation
import Foundation
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Ranges of what operators tell apart, scales of tensors that were constant, and operators that stay
/// float for the outputs' sake. The official runtime judges more of these in `make oracle`.
@Suite struct UsefulRangeTests {
  static let modes: [QuantizeStep.Mode] = [.int8, .int16x8]

  /// Scores of eight keys of which `mask` lets through some, between two layers.
  private func scores(_ mask: (inout ModelMaker, Int32) -> Int32) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let scores = maker.dense(x, "scores", depth: 8, units: 8, factor: 1)
    let masked = mask(&maker, scores)
    let probabilities = maker.operation(
      "SOFTMAX", [masked], "probabilities", [1, 8], options: Softmax.beta.tag)
    maker.configure { $0?[Softmax.beta] = 1 }
    maker.output(maker.dense(probabilities, "after", depth: 8, units: 4, seed: 5))
    return maker
  }

  private static func mask(_ value: Float) -> [Float] { [0, 0, value, 0, value, 0, 0, value] }

  @Test("A mask that is added before SOFTMAX does not widen ranges", arguments: modes)
  func addedMask(mode: QuantizeStep.Mode) throws {
    for value: Float in [-1e4, -1e9, -3.4e38] {
      let model = try IntegerModel(
        scores { maker, scores in
          let mask = maker.constant("mask", [1, 8], Self.mask(value))
          return maker.operation("ADD", [scores, mask], "masked", [1, 8])
        }, mode)
      let sum = try #require(model.file.made(by: "ADD").encoding)
      #expect(sum.range.lowerBound > -64, "\(value)")
      #expect(try model.error() < (mode == .int8 ? 0.03 : 0.01), "\(value)")
    }
  }

  @Test("−∞ before SOFTMAX does not widen ranges", arguments: modes)
  func infiniteMask(mode: QuantizeStep.Mode) throws {
    let model = try IntegerModel(
      scores { maker, scores in
        let mask = maker.constant("mask", [1, 8], Self.mask(-.infinity))
        return maker.operation("ADD", [scores, mask], "masked", [1, 8])
      }, mode)
    #expect(try model.error() < (mode == .int8 ? 0.03 : 0.01))
  }

  @Test("Masks that are added one after another do not widen ranges", arguments: modes)
  func chainOfMasks(mode: QuantizeStep.Mode) throws {
    let model = try IntegerModel(
      scores { maker, scores in
        let first = maker.constant("mask", [1, 8], Self.mask(-1e4))
        let one = maker.operation("ADD", [scores, first], "once", [1, 8])
        let second = maker.constant("other", [1, 8], [0, -65504, 0, 0, 0, 0, 0, 0])
        return maker.operation("ADD", [one, second], "twice", [1, 8])
      }, mode)
    #expect(model.isInteger("once") && model.isInteger("twice"))
    #expect(try model.error() < (mode == .int8 ? 0.03 : 0.01))
  }

  @Test(
    "A tensor that is zero on all samples has a scale that its operator takes", arguments: modes)
  func deadLayer(mode: QuantizeStep.Mode) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let before = maker.dense(x, "before", depth: 8, units: 8, factor: 1)
    let far = maker.constant("far", [1, 8], Array(repeating: -100, count: 8))
    let low = maker.operation("ADD", [before, far], "low", [1, 8])
    let dead = maker.operation("RELU", [low], "dead", [1, 8])
    maker.output(maker.dense(dead, "after", depth: 8, units: 4, seed: 5))
    let model = try IntegerModel(maker, mode)
    let (input, output) = (
      try #require(model.file.operand("RELU", 0).encoding),
      try #require(model.file.made(by: "RELU").encoding)
    )
    #expect(output.scale * 256 > input.scale)
  }

  @Test("Parts of very different ranges that meet in an output have scales of their own")
  func joinedParts() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let boxes = maker.dense(x, "boxes", depth: 8, units: 4, factor: 100)
    let logits = maker.dense(x, "logits", depth: 8, units: 4, seed: 3, factor: 1)
    let scores = maker.operation("LOGISTIC", [logits], "scores", [1, 4])
    maker.output(
      maker.operation(
        "CONCATENATION", [boxes, scores], "both", [1, 8], options: Concatenation.axis.tag))
    maker.configure { $0?[Concatenation.axis] = 1 }
    let model = try IntegerModel(
      maker.file(), samples: IntegerModel.samples(of: maker.file(), 24), effort: 2)
    #expect(model.reason("both") == .losesOutputs)
    #expect(model.isInteger("boxes") && model.isInteger("scores"))
  }

  @Test("Values that lie too low to count leave a histogram")
  func clampedHistogram() throws {
    var statistics = TensorStatistics()
    let values: [Float] = [-1e9, -3, -1, 0, 2, 5]
    statistics.add(values, count: values.count, channels: 1)
    let clamped = statistics.histogram.clamped(to: -8...100)
    #expect(clamped.least == -8 && clamped.greatest == 5)
    // Bins of a million tell nothing of what lies between −8 and 5: the ends are left.
    #expect(clamped.total == 2)
    var fine = TensorStatistics()
    fine.add([-20, -3, -1, 0, 2, 5], count: 6, channels: 1)
    let kept = fine.histogram.clamped(to: -8...100)
    #expect(kept.least == -8 && kept.greatest == 5 && kept.total == 6)
    #expect(fine.histogram.clamped(to: -100...100) == fine.histogram)
  }
}
