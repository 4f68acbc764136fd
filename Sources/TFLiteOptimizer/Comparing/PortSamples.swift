import Interpreter
import Samples
import TFLite

extension Port {
  /// The name that users know.
  package var label: String { signatureName ?? name }

  /// The type, shape and quantization that samples of this input must fit.
  package var sampleInput: SampleInput {
    let scale = quantization?.scale ?? []
    let step = scale.count == 1 ? scale.first : nil
    return SampleInput(
      name: label, type: type, shape: shape, signature: signature,
      quantization: step.flatMap { step in
        QuantizationStep(scale: step, zeroPoint: Int(quantization?.zeroPoint?.first ?? 0))
      })
  }
}
