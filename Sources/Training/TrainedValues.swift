import Evaluation
import Platform
import TFLite

/// What training makes of variables.
package struct TrainedValues: Sendable {
  /// What the model computes with, by tensor.
  package var values: [TensorID: [Float]] = [:]
  /// The scales of tensors whose scales were trained too.
  package var scales: [TensorID: [Float]] = [:]

  init(_ states: [AdaptedValues], _ kind: Kind) {
    for state in states {
      let found = state.values(kind)
      for (id, values) in found.arrays { self.values[id] = values }
      for (id, scales) in found.scales { self.scales[id] = scales }
    }
  }

  enum Kind {
    case last
    /// The mean of the last steps.
    case averaged
    /// Those that a check liked best.
    case best
  }
}

/// How held-out samples judge values while these are trained: the best ones are kept.
package struct HeldOutCheck {
  /// Returns the error on held-out samples.
  let error: (TrainedValues) throws -> Double
  /// How often a run is checked at most. At 20 the checks take a tenth of the time where 96 samples are held out.
  private static let most = SearchLimit.of("HeldOutCheck.most", 20)
  /// The least number of steps between two checks.
  private static let least = SearchLimit.of("HeldOutCheck.least", 50)
  /// Training stops when so many checks found nothing better: two fifths of a run.
  static let patience = SearchLimit.of("HeldOutCheck.patience", 8)
  /// The share of a run before which it does not stop: held-out errors wander until the rate, half a cosine,
  /// has fallen. With int4 weights, four draws of clips, dnn_s loses 1.67 points where it may stop any time and
  /// .67 where it never does; cnn_s .92 and .79.
  static let earliest = SearchLimit.of("HeldOutCheck.earliest", 0.8)

  package init(error: @escaping (TrainedValues) throws -> Double) { self.error = error }

  /// Whether the values are checked after so many steps of all.
  func isDue(_ step: Int, of steps: Int) -> Bool {
    step == steps || step % max(Self.least, (steps + Self.most - 1) / Self.most) == 0
  }
}

/// A check on held-out samples.
package typealias CheckedStep = CalibrationSummary.Training.Check
