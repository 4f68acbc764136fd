import TFLite

/// What an operator computes with.
package enum OperatorForm: String, CaseIterable, Sendable {
  /// As in the model that came in.
  case float
  /// In floats, with constants in half precision behind DEQUANTIZE.
  case float16
  /// In floats, with int8 weights behind DEQUANTIZE.
  case weightsOnly = "weights-only"
  /// With int8 weights, and inputs that the kernel quantizes while it runs.
  case dynamic
  case int8
  case int16x8

  package init(_ mode: IntegerMode) { self = mode == .int8 ? .int8 : .int16x8 }

  /// Whether activations are integers.
  var isInteger: Bool { integerResult != nil }

  /// The type of results where these are integers; nil where they stay floats.
  package var integerResult: TensorType? { IntegerMode(rawValue: rawValue)?.activationType }
}
