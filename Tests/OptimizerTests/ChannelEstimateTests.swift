import TFLite
import Testing

@testable import Optimizer

/// Counted by hand.
@Suite struct ChannelEstimateTests {
  private func estimate(_ maker: ModelMaker, _ sparsity: String = "0.5") throws -> ChannelEstimate {
    try ChannelEstimate(
      of: maker.file(), PruneStep([("sparsity", sparsity)]).options, options: RunOptions(),
      selection: Selection())
  }

  /// Images of 6×6 with 3 channels; 1×1 filters.
  private func convolution(
    _ maker: inout ModelMaker, _ x: Int32, _ name: String, from depth: Int32, to units: Int32
  ) -> Int32 {
    let filter = maker.constant(
      "\(name)/w", [units, 1, 1, depth], weights(Int(units * depth), seed: UInt64(units)))
    let bias = maker.constant("\(name)/b", [units], weights(Int(units)))
    return maker.operation(
      "CONV_2D", [x, filter, bias], name, [1, 6, 6, units], options: OptionTag.conv2D)
  }

  @Test func `What reads the channels loses them too`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 6, 6, 16])
    let a = convolution(&maker, x, "a", from: 16, to: 32)
    let active = maker.operation("RELU", [a], "active", [1, 6, 6, 32])
    let filter = maker.constant("d/w", [1, 3, 3, 32], weights(288))
    let bias = maker.constant("d/b", [32], weights(32))
    let d = maker.operation(
      "DEPTHWISE_CONV_2D", [active, filter, bias], "d", [1, 6, 6, 32],
      options: OptionTag.depthwiseConv2D)
    let b = convolution(&maker, d, "b", from: 32, to: 24)
    let flat = maker.operation("RESHAPE", [b], "flat", [1, 864])
    maker.output(maker.dense(flat, "c", depth: 864, units: 10))
    let estimate = try estimate(maker, "0.25")
    #expect(estimate.layers.map(\.removed) == [8, 6, 0])
    #expect(estimate.layers.map(\.reason) == [nil, nil, .hasChannelsInOutput])
    let weights = estimate.layers.map { [$0.parameters.before, $0.parameters.after] }
    #expect(weights == [[512, 384], [768, 24 * 18], [8640, 6480]])
    #expect(estimate.parameters.before == 512 + 32 + 288 + 32 + 768 + 24 + 8640 + 10)
    #expect(estimate.parameters.after == 384 + 24 + 216 + 24 + 432 + 18 + 6480 + 10)
    #expect(estimate.multiplications.before == 36 * (512 + 288 + 768) + 8640)
    #expect(estimate.multiplications.after == 36 * (384 + 216 + 432) + 6480)
    #expect(estimate.layers[0].weightError > 0 && estimate.layers[0].weightError < 0.5)
  }

  @Test func `Joined channels stay`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 6, 6, 16])
    let a = convolution(&maker, x, "a", from: 16, to: 32)
    let b = convolution(&maker, x, "b", from: 16, to: 32)
    let sum = maker.operation("ADD", [a, b], "sum", [1, 6, 6, 32])
    let c = convolution(&maker, sum, "c", from: 32, to: 16)
    let scale = maker.constant("scale", [16], weights(16))
    let scaled = maker.operation("MUL", [c, scale], "scaled", [1, 6, 6, 16])
    let d = convolution(&maker, scaled, "d", from: 16, to: 32)
    maker.output(maker.operation("SOFTMAX", [d], "y", [1, 6, 6, 32]))
    let estimate = try estimate(maker)
    #expect(
      estimate.layers.map(\.reason) == [
        .joinsChannels(name: "ADD"), .joinsChannels(name: "ADD"), nil,
        .needsAllChannels(name: "SOFTMAX"),
      ])
    #expect(estimate.layers.map(\.removed) == [0, 0, 8, 0])
    // Filters c and d, bias and scale of c.
    #expect(estimate.parameters.before - estimate.parameters.after == 256 + 256 + 8 + 8)
  }

  @Test func `Small and skipped layers stay`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 6, 6, 3])
    let a = convolution(&maker, x, "a", from: 3, to: 16)
    maker.output(convolution(&maker, a, "b", from: 16, to: 32))
    let estimate = try estimate(maker)
    #expect(estimate.layers[0].reason == .isTooSmallToPrune(least: 256))
    #expect(estimate.parameters.after == estimate.parameters.before)
  }
}
