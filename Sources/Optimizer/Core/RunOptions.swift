import OpSet
import Platform

/// Choices that hold for a whole run.
package struct RunOptions: Sendable {
  package var threads = 1
  /// Bytes that decoding may take; nil for the defaults.
  package var maxMemory: Int?

  package var memory: MemoryBudget { MemoryBudget(limit: maxMemory) }
  /// The signature that the samples are for; nil for the first subgraph.
  package var signature: String?
  /// The kernels whose results count.
  package var reference = ReferenceKernels.litert
  /// The oldest release that must load the result; nil for the newest.
  package var runtime: RuntimeVersion?
  /// When runs and searches must end, with `Deadline.Passed`; nil for never.
  package var deadline: Deadline?
  /// Whether passes may add tensors that they can do without.
  package var addsTensors = true

  package init() {}
}
