import TFLite

/// How the quantization of float outputs depends on the inputs. Outputs that are integers in the
/// float model (indices, counts, booleans) are never quantized.
package enum ScaleRule: Equatable, Sendable {
  /// Outputs have parameters of their own; the kernel rescales.
  case free
  /// Outputs, activations and parameters share scale and zero point (`OpSpec.sharesScale`).
  case sameAsInputs
  /// The parameters of the output are part of the kernel: those of int8, and of int16 where there
  /// is such a kernel. Legacy uint8 has int8's zero point + 128.
  case fixed([Affine])
  /// The output is not quantized: float, or not of the inputs' type, as ARG_MAX and comparisons.
  case none
}
