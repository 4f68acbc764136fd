import Evaluation
import TFLite

/// What pruning made of weights.
package struct PruningSummary: CalibratedResult {
  /// Zeros and elements of each weight that was pruned.
  package internal(set) var zeros: [TensorID: (zeros: Int, elements: Int)] = [:]
  /// What the sparsity was reached in.
  package internal(set) var scope = PruneScope.layer
  /// Whether kept weights were solved anew, with samples.
  package internal(set) var isSolved = false
  /// The samples that it was solved with; nil without any.
  package internal(set) var calibration: CalibrationSummary?

  package init() {}

  package var isEmpty: Bool { zeros.isEmpty }

  package func sparsity(of id: TensorID) -> Double? {
    zeros[id].map { Double($0.zeros) / Double(max($0.elements, 1)) }
  }
}

/// What the sparsity is the share of.
package enum PruneScope: String, CaseIterable, Sendable {
  /// Each layer gets the share.
  case layer
  /// All weights together: by magnitude, or with samples by what each layer's zeros cost.
  case global
}
