import Evaluation
import TFLite

/// The options of `quantize --mode int8` and `int16x8`.
package struct IntegerOptions: Equatable, Sendable {
  package var mode: IntegerMode
  package var range = RangeMethod.auto
  /// 0: minimum and maximum only; 1: no searches; 2: searches of limited length; 3: searches of any
  /// length.
  package var effort = 2
  /// Whether it is an error if an operator would stay float.
  package var isStrict = false
  /// Weights that get one scale each; all weights if the only rule is "*".
  package var perTensor: [Selection.Rule] = []
  /// The bits of weights whose kernels take that few; others have eight.
  var weights = WeightBits.eight
  /// Whether weights that do not bear few bits keep eight, and those that were found, with the reason.
  var choosesWeights = false
  var wide: [TensorID: Reason] = [:]
  /// Elements of a row that share a scale where kernels of operators that stay float take blocks.
  var block: Int?
  /// Whether activations have zero point 0.
  package var isSymmetric = false
  package var correctsBiases = true
  /// The bytes under deflate that coarser integers of weights are to meet, and the relative error that they may have;
  /// nil where effort 3 alone makes them coarser, at no more error.
  var download: Int?
  var error: Double?
  /// Nil without training.
  package var training: TrainingOptions?
  package var io = IOTypes()

  package var isPerTensor: Bool {
    get { perTensor == [Selection.Rule("*")] }
    set { perTensor = newValue ? [Selection.Rule("*")] : [] }
  }

  package init(mode: IntegerMode) { self.mode = mode }
}

extension IntegerOptions {
  /// The form of weights that is asked for.
  var request: WeightRequest { WeightRequest(bits: weights, block: block) }

  var searches: Bool { effort >= 2 && range == .auto }

  /// The method for ranges before any search.
  var firstRange: RangeMethod { range == .auto ? (effort == 0 ? .minmax : .mse) : range }
}
