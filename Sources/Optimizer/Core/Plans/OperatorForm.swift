import TFLite

/// The arithmetic of an operator.
package enum OperatorForm: String, CaseIterable, Sendable {
  /// As in the input model.
  case float
  /// Float, with float16 constants behind DEQUANTIZE.
  case float16
  /// Float, with int8 weights behind DEQUANTIZE.
  case weightsOnly = "weights-only"
  /// Float with int8 weights; the kernel quantizes its inputs while it runs.
  case dynamic
  case int8
  case int16x8

  package init(_ mode: IntegerMode) { self = mode == .int8 ? .int8 : .int16x8 }

  /// Whether activations are integers.
  var isInteger: Bool { integerResult != nil }

  /// The type of results if they are integers; nil if they are floats.
  package var integerResult: TensorType? { IntegerMode(rawValue: rawValue)?.activationType }
}
