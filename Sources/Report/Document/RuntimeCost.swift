import Optimizer

/// What a result gave up so that an older runtime loads it.
package struct RuntimeCost: Sendable {
  /// The release that was asked for.
  package let wanted: String
  /// Names of weights with one scale, where newer kernels take one for each channel.
  package let coarser: [String]
  /// Names of weights that are decoded to floats, where newer kernels compute with integers.
  package let decoded: [String]

  package init(wanted: String, _ concessions: RuntimeConcessions?) {
    self.wanted = wanted
    coarser = concessions?.coarser ?? []
    decoded = concessions?.decoded ?? []
  }
}
