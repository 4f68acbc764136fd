/// The forms of numbers that a target computes with, which `quantize --target` chooses.
package struct QuantizedForms: Sendable {
  /// Modes of `quantize` whose operators it runs, the best first.
  package let modes: [String]
  /// Whether inputs and outputs are integers too, so that no conversion stays on the processor.
  package let hasIntegerBorders: Bool
  /// Rules for weights that have one scale each.
  package let perTensor: [String]

  init(_ modes: [String], hasIntegerBorders: Bool = false, perTensor: [String] = []) {
    self.modes = modes
    self.hasIntegerBorders = hasIntegerBorders
    self.perTensor = perTensor
  }

  /// Everything that LiteRT's kernels compute with.
  static let all = QuantizedForms(["dynamic", "float16", "int8", "int16x8"])
  /// XNNPACK takes no operator with int16 activations (measured: 0 of 242 in the zoo).
  static let xnnpack = QuantizedForms(["dynamic", "float16", "int8"])
  /// The delegate computes in floats and has no int16.
  static let gpu = QuantizedForms(["float16", "int8", "dynamic"])
  static let int8 = QuantizedForms(["int8"], hasIntegerBorders: true)
  static let integers = QuantizedForms(["int8", "int16x8"], hasIntegerBorders: true)
  /// Files of newer converters, with scales for each channel of FULLY_CONNECTED, are doubtful there.
  static let edgetpu = QuantizedForms(
    ["int8"], hasIntegerBorders: true, perTensor: ["op:FULLY_CONNECTED"])
  static let nnapi = QuantizedForms(["int8", "float16"])
}
