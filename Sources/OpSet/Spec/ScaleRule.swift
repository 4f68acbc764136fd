import TFLite

/// The dependence of float outputs' quantization on the inputs. Outputs that are integers in the
/// float model (indices, counts, booleans) stay as they are under every rule.
package enum ScaleRule: Equatable, Sendable {
  /// Outputs have parameters of their own; the kernel rescales.
  case free
  /// Outputs, activations and parameters share scale and zero point (`OpSpec.sharesScale`).
  case sameAsInputs
  /// The parameters of the output are part of the kernel: int8's, and int16's where there is such a
  /// kernel. Legacy uint8 has the zero point of int8 + 128.
  case fixed([Affine])
  /// The output is not quantized: float, or not of the inputs' type, as ARG_MAX and comparisons.
  case none
}
