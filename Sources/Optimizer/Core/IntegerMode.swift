import OpSet
import TFLite

/// The two modes in which activations are integers.
package enum IntegerMode: String, CaseIterable, Sendable {
  /// Activations and weights are int8, biases int32.
  case int8
  /// Activations are int16, weights int8, biases int64.
  case int16x8

  var mode: Modes { self == .int8 ? .int8 : .int16x8 }
  var activationType: TensorType { self == .int8 ? .int8 : .int16 }
  var biasType: TensorType { self == .int8 ? .int32 : .int64 }
}
