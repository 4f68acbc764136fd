import Evaluation
import TFLite

/// How `quantize --mode int8` and `int16x8` work.
package struct IntegerOptions: Equatable, Sendable {
  package var mode: IntegerMode
  package var range = RangeMethod.auto
  /// 0: least and greatest values alone; 1: no searches; 2: searches of bounded length; 3: searches
  /// of any length.
  package var effort = 2
  /// Operators that would stay float are an error.
  package var isStrict = false
  /// Weights that get one scale each; all where nothing but "*" stands here.
  package var perTensor: [Selection.Rule] = []
  /// Activations have zero point 0.
  package var isSymmetric = false
  package var correctsBiases = true
  package var io = IOTypes()

  package var isPerTensor: Bool {
    get { perTensor == [Selection.Rule("*")] }
    set { perTensor = newValue ? [Selection.Rule("*")] : [] }
  }

  package init(mode: IntegerMode) { self.mode = mode }
}

extension IntegerOptions {
  var searches: Bool { effort >= 2 && range == .auto }

  /// What ranges are before any search.
  var firstRange: RangeMethod { range == .auto ? (effort == 0 ? .minmax : .mse) : range }
}
