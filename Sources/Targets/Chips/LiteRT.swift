import OpSet
import TFLite

extension Target {
  /// The kernels of LiteRT's own resolver, whatever the processor.
  static let litert = Target(
    name: "litert", title: "LiteRT 2.3 built-in kernels", partitions: .whole,
    seesAllSubgraphs: true,
    book: RuleBook(
      LiteRTKernels.rules,
      custom: [
        "Convolution2DTransposeBias": .any, "MaxPoolingWithArgmax2D": .any,
        "MaxUnpooling2D": .any, "TFLite_Detection_PostProcess": .any,
      ]))
}

/// One row for each operator that OpSet knows, with the versions that the runtime registers.
private enum LiteRTKernels {
  static let source = Evidence(.read, "LiteRT 2.3.0: the versions that its resolver registers")

  static let rules: [Rule] = OpSet.all.map { spec in
    Rule(
      spec.kind.description, .any,
      [.version(atMost: spec.maxVersion), modes(of: spec)], by: source)
  }

  /// Quantized operands need a kernel for them; plain integers are what the kernel says.
  private static func modes(of spec: OpSpec) -> Condition {
    Condition { view in
      guard !spec.modes.isDisjoint(with: [.int8, .int16x8]) else { return nil }
      for operand in view.data where !operand.scales.isEmpty {
        if operand.type == .int16, !spec.modes.contains(.int16x8) {
          return view.kind == .dequantize || view.kind == .quantize ? nil : .type(.input, .int16)
        }
      }
      return nil
    }
  }
}
