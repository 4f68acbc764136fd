import TFLite
import Testing

@testable import OpSet

/// What a weight's operator says of its channels, judged by the format's shapes: OHWI, 1HWO, DHWIO.
@Suite struct WeightMatrixTests {
  @Test(
    "Filters of one input channel are depthwise by their operator alone",
    arguments: [
      (BuiltinOperator.conv2D, [24, 1, 1, 1], false), (.conv2D, [24, 3, 3, 1], false),
      (.conv3D, [3, 3, 3, 1, 24], false), (.fullyConnected, [24, 1], false),
      (.depthwiseConv2D, [1, 3, 3, 24], true), (.depthwiseConv2D, [1, 1, 1, 24], true),
    ] as [(BuiltinOperator, [Int], Bool)])
  func depthwise(kind: BuiltinOperator, shape: [Int], isDepthwise: Bool) throws {
    let operand = try #require(OpSet.spec(for: kind)?.product?.weight)
    let matrix = try #require(
      WeightMatrix(kind, operand: operand, options: nil, shape: shape))
    #expect(matrix.isDepthwise == isDepthwise)
    #expect(matrix.rows == 24 && matrix.groups == (isDepthwise ? 24 : 1))
  }
}
