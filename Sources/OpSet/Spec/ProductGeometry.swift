import TFLite

/// The geometry of an operator that multiplies rows of an input with the rows of a constant.
///
/// Weights as matrices, the inputs that they multiply, and their gradients all follow from it.
package struct ProductGeometry: Sendable {
  /// The input that is the matrix.
  package let weight: Int
  let layout: WeightLayout
  /// Nil where the rows of input that meet the matrix cannot be gathered.
  package let rows: Rows?

  /// The place of the matrix's rows in the tensor.
  enum WeightLayout: Sendable {
    /// Axes [output, taps …, input].
    case outputFirst(rank: Int)
    /// Axes [taps …, input, output].
    case outputLast(rank: Int)
    /// Axes [taps …, output]: every input channel has filters of its own.
    case depthwise(rank: Int)
    /// Every index of the first axis has a row; nothing is added up over columns.
    case table(ranks: ClosedRange<Int>)
    /// One matrix, [input, output] in the last two axes; the other way round where the option is set.
    case lastAxes(isTransposed: OptionKey<Bool>)
  }

  /// The input whose rows meet the matrix.
  package struct Rows: Sendable {
    /// The index of the input.
    package let data: Int
    let positions: Positions
    /// Whether sums over the rows are collected (`ProductInputSums`). They are not for a matrix
    /// that is an activation in the integer modes: no bias can correct its error.
    package let areSummed: Bool

    /// Whether output positions meet windows of an image, whose channels are the last axis.
    package var isWindowed: Bool {
      switch positions {
      case .window, .transposed: true
      case .runsOfWeight, .lastAxis: false
      }
    }

    init(data: Int, _ positions: Positions, areSummed: Bool = true) {
      self.data = data
      self.positions = positions
      self.areSummed = areSummed
    }
  }

  /// The input elements that an output position meets.
  enum Positions: Sendable {
    /// Consecutive runs with as many elements as the matrix's last axis.
    case runsOfWeight
    /// The rows along the input's last axis; there are none where the option is set.
    case lastAxis(unless: OptionKey<Bool>)
    case window(Window)
    case transposed(strideY: OptionKey<Int32>, strideX: OptionKey<Int32>)
  }

  /// The options of a sliding window over an NHWC image.
  struct Window: Sendable {
    let strideY: OptionKey<Int32>
    let strideX: OptionKey<Int32>
    let dilationY: OptionKey<Int32>
    let dilationX: OptionKey<Int32>
    let padding: OptionKey<Int8>
  }

  init(weight: Int = 1, _ layout: WeightLayout, rows: Rows? = nil) {
    self.weight = weight
    self.layout = layout
    self.rows = rows
  }

  /// Whether the weight is one matrix or several, each in the last two axes.
  package var isMatrixOfLastAxes: Bool {
    if case .lastAxes = layout { true } else { false }
  }

  /// Whether every input channel has filters of its own.
  package var isDepthwise: Bool {
    if case .depthwise = layout { true } else { false }
  }
}
