import Evaluation
import TFLite

/// The result of pruning.
package struct PruningSummary: CalibratedResult {
  /// Zeros and elements of each weight that was pruned.
  package internal(set) var zeros: [TensorID: (zeros: Int, elements: Int)] = [:]
  /// The scope in which the sparsity was reached.
  package internal(set) var scope = PruneScope.layer
  /// Whether the kept weights were refitted to the samples.
  package internal(set) var isSolved = false
  /// The samples that were used; nil without samples.
  package internal(set) var calibration: CalibrationSummary?

  package init() {}

  package var isEmpty: Bool { zeros.isEmpty }

  package func sparsity(of id: TensorID) -> Double? {
    zeros[id].map { Double($0.zeros) / Double(max($0.elements, 1)) }
  }
}

/// The set of weights of which the sparsity is a share.
package enum PruneScope: String, CaseIterable, Sendable {
  /// Each layer has the share of zeros.
  case layer
  /// All weights together have it: by magnitude, or with samples by what zeros cost in each layer.
  case global
}
