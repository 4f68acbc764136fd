import TFLite

/// Custom operators that the interpreter has kernels for.
extension OpSet {
  private static let custom: [String: OpKernel] = [
    "Convolution2DTransposeBias": .convolution2DTransposeBias,
    "MaxPoolingWithArgmax2D": .maxPoolingWithArgmax2D,
    "MaxUnpooling2D": .maxUnpooling2D,
    "TFLite_Detection_PostProcess": .detectionPostProcess,
  ]

  /// Nil for builtin operators and for unknown names.
  package static func customKernel(named name: String, kind: BuiltinOperator) -> OpKernel? {
    kind == .custom ? custom[name] : nil
  }
}
