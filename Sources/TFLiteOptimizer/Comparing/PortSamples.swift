import Interpreter
import Samples
import TFLite

extension Port {
  /// The name that users know.
  package var label: String { signatureName ?? name }

  /// The type, shape and quantization that samples of this input must fit.
  package var sampleInput: SampleInput {
    let scales = quantization?.scale ?? []
    let zeroPoint = Int32(truncatingIfNeeded: quantization?.zeroPoint?.first ?? 0)
    let encoding =
      scales.count == 1 && scales[0].isFinite && scales[0] > 0
      ? Affine(type: type, scale: scales[0], zeroPoint: zeroPoint) : nil
    return SampleInput(
      name: label, type: type, shape: shape, signature: signature, encoding: encoding)
  }
}
