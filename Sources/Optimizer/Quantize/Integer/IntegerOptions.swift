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
  /// One scale for each weight tensor.
  package var isPerTensor = false
  /// Activations have zero point 0.
  package var isSymmetric = false
  package var correctsBiases = true
  package var io = IOTypes()

  package init(mode: IntegerMode) { self.mode = mode }
}
