/// Whose plain kernels give integers their bits, where two runtimes round differently.
package enum ReferenceKernels: String, CaseIterable, Sendable {
  /// LiteRT's reference kernels.
  case litert
  /// TensorFlow Lite Micro's.
  case tflm
}
