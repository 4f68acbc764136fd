import TFLite
import Targets
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// Rules that compute products, means and normalizations by other operators.
extension FixTargetTests {
  @Test(arguments: [(2, 2, 0), (3, 2, 0), (4, 2, 0), (3, 2, 1), (3, 1, 0), (5, 3, 1), (2, 3, 1)])
  func `A transposed convolution computes all elements of a step at once`(
    size: Int, step: Int, padding: Int
  ) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 3, 4, 2])
    let filter = maker.constant(
      "filter", [3, Int32(size), Int32(size), 2], weights(6 * size * size))
    let bias = maker.constant("bias", [3], [1, -2, 3])
    let more = padding == 0 ? 0 : max(0, size - step)
    let made = [1, Int32(3 * step + more), Int32(4 * step + more), 3]
    let shape = maker.integers("shape", [4], made)
    maker.output(
      maker.operation(
        "TRANSPOSE_CONV", [shape, filter, x, bias], "y", made, options: OptionTag.transposeConv))
    maker.configure {
      $0?[TransposeConv.padding] = Int8(padding)
      $0?[TransposeConv.strideH] = Int32(step)
      $0?[TransposeConv.strideW] = Int32(step)
    }
    let kinds = try fixed(maker, "edgetpu", "sub-pixels,depth-to-space", within: 1e-5)
    #expect(kinds.contains("CONV_2D") && !kinds.contains("TRANSPOSE_CONV"))
  }

  @Test func `FULLY_CONNECTED on rows becomes a convolution of one element`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 5, 4])
    let matrix = maker.constant("matrix", [3, 4], weights(12))
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, matrix, -1], "y", [1, 5, 3], options: OptionTag.fullyConnected))
    maker.configure {
      $0?[FullyConnected.keepNumDims] = true
      $0?[FullyConnected.activation] = 1
    }
    let kinds = try fixed(maker, "edgetpu", "pointwise", within: 1e-5)
    #expect(kinds == ["RESHAPE", "CONV_2D", "RESHAPE"])
  }

  @Test func `A mean of many elements becomes a pool`() throws {
    let mean = function("MEAN", [1, 1, 5000, 2], [1, 2], options: Reducer.keepDims.tag) {
      [$0.integers("axes", [2], [1, 2])]
    }
    #expect(
      try fixed(mean, "ethos-u55", "means", within: 1e-6) == ["AVERAGE_POOL_2D", "RESHAPE"])
  }

  @Test func `A pool over a high image becomes a mean`() throws {
    let pool = function(
      "AVERAGE_POOL_2D", [1, 300, 2, 2], [1, 1, 1, 2], options: Pool2D.padding.tag
    ) { _ in
      []
    } change: {
      $0?[Pool2D.padding] = 1
      $0?[Pool2D.strideW] = 1
      $0?[Pool2D.strideH] = 1
      $0?[Pool2D.filterW] = 2
      $0?[Pool2D.filterH] = 300
    }
    #expect(try fixed(pool, "ethos-u55", "means", within: 1e-6) == ["MEAN"])
  }

  @Test func `The nearest neighbour of a factor of 3 becomes copies`() throws {
    let resized = function(
      "RESIZE_NEAREST_NEIGHBOR", [1, 2, 4, 3], [1, 6, 12, 3],
      options: ResizeNearestNeighbor.alignCorners.tag
    ) {
      [$0.integers("size", [2], [6, 12])]
    }
    let kinds = try fixed(resized, "ethos-u55", "resizes")
    #expect(kinds == ["RESHAPE", "TILE", "RESHAPE", "TILE", "RESHAPE"])
  }

  @Test func `A factor of 16 between aligned corners becomes 8 and 2`() throws {
    let resized = function(
      "RESIZE_BILINEAR", [1, 3, 4, 2], [1, 33, 49, 2], options: ResizeBilinear.alignCorners.tag
    ) {
      [$0.integers("size", [2], [33, 49])]
    } change: {
      $0?[ResizeBilinear.alignCorners] = true
    }
    let kinds = try fixed(resized, "ethos-u55", "resizes", within: 2e-6)
    #expect(kinds == ["RESIZE_BILINEAR", "RESIZE_BILINEAR"])
  }

  @Test(arguments: [
    ("L2_NORMALIZATION", ["MUL", "SUM", "MAXIMUM", "RSQRT", "MUL"]),
    ("LOG_SOFTMAX", ["REDUCE_MAX", "SUB", "EXP", "SUM", "LOG", "SUB"]),
  ])
  func `Normalizations become their formulas`(kind: String, kinds: [String]) throws {
    let target = kind == "LOG_SOFTMAX" ? "ethos-u55" : "gpu"
    #expect(try fixed(function(kind, [1, 7, 5]), target, "norms", within: 2e-6) == kinds)
  }

  @Test func `SOFTMAX with a factor becomes MUL and SOFTMAX`() throws {
    let softmax = function("SOFTMAX", [1, 6], options: Softmax.beta.tag) { _ in
      []
    } change: {
      $0?[Softmax.beta] = 2.5
    }
    #expect(try fixed(softmax, "gpu", "norms", within: 1e-6) == ["MUL", "SOFTMAX"])
  }

  @Test func `SOFTMAX of two values becomes LOGISTIC of their difference`() throws {
    let softmax = function("SOFTMAX", [1, 6, 4, 2], options: Softmax.beta.tag) { _ in
      []
    } change: {
      $0?[Softmax.beta] = 1
    }
    let kinds = try fixed(softmax, "edgetpu", "norms", within: 1e-6)
    #expect(kinds == ["SLICE", "SLICE", "SUB", "SUB", "CONCATENATION", "LOGISTIC"])
  }
}
