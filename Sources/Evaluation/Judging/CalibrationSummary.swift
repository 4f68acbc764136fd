import Platform
import TFLite

/// The source of a calibration, and warnings about it.
package struct CalibrationSummary: Sendable {
  package var samples = 0
  /// Whether the samples set the ranges of activations; otherwise only integers of weights were chosen
  /// on them.
  package var setsRanges = true
  /// The digests of all samples, including held-out ones.
  package var digests: [UInt64] = []
  package var warnings: [String] = []
  /// The noise on held-out samples before their values joined the ranges.
  package var unseen: Unseen?

  /// What integers of weights that compress save; nil where they are the plain ones.
  package var rate: Rate?

  /// Integers of weights that were made coarser, and what that did.
  package struct Rate: Sendable {
    package struct Weight: Sendable {
      package let name: String
      package let elements: Int
      /// The mean bits of an integer, each coded on its own.
      package let bitsBefore: Double
      package let bitsAfter: Double

      package init(name: String, elements: Int, bits: (before: Double, after: Double)) {
        (self.name, self.elements) = (name, elements)
        (bitsBefore, bitsAfter) = bits
      }
    }

    /// Those that changed.
    package let weights: [Weight]
    /// Of the outputs, on samples that made no integers.
    package let noiseBefore: Double
    package let noiseAfter: Double
    /// Bytes under deflate level 6.
    package let downloadBefore: Int
    package let downloadAfter: Int

    package init(
      weights: [Weight], noise: (before: Double, after: Double),
      download: (before: Int, after: Int)
    ) {
      self.weights = weights
      (noiseBefore, noiseAfter) = noise
      (downloadBefore, downloadAfter) = download
    }
  }

  /// What training found; nil without it.
  package var training: Training?

  /// Training, and what it changed on samples that it did not see.
  package struct Training: Equatable, Sendable {
    package let steps: Int
    package let samples: Int
    /// By what a result is judged.
    package enum Measure: String, Sendable {
      /// Noise to signal.
      case noise
      /// Of the probabilities from the float model's.
      case divergence
      /// Of the probabilities with labels.
      case crossEntropy = "cross-entropy"
    }

    package let measure: Measure
    package let before: Double
    package let after: Double
    /// What was compared.
    package let loss: String
    /// The mean loss over equal parts of the steps.
    package let curve: [Double]
    /// The steps that were to be made; more where held-out samples ended training.
    package let planned: Int
    /// The `measure` on held-out samples after some of the steps.
    package let checks: [Check]
    /// The check whose values were taken; nil without checks.
    package let best: Check?

    /// Held-out samples while training went on.
    package struct Check: Equatable, Sendable {
      package let step: Int
      package let error: Double
      /// Whether the mean of the last steps' values was better than the last ones.
      package let isAveraged: Bool

      package init(step: Int, error: Double, isAveraged: Bool) {
        (self.step, self.error, self.isAveraged) = (step, error, isAveraged)
      }
    }

    package init(
      steps: Int, samples: Int, measure: Measure, before: Double, after: Double, loss: String,
      curve: [Double], planned: Int? = nil, checks: [Check] = [],
      best: Check? = nil
    ) {
      self.best = best
      self.planned = planned ?? steps
      self.checks = checks
      self.steps = steps
      self.samples = samples
      self.before = before
      self.after = after
      self.loss = loss
      self.measure = measure
      self.curve = curve
    }

    /// How many times less error trained values must have without labels, since the held-out samples have chosen
    /// among them. In W8A8, ten models, 200 clips or images that nothing has seen: a GRU whose divergence fell by 3 %
    /// had 1.5 times the error, an LSTM where it fell by 35 % .84 times, the others .96 to 1.08.
    private static let margin = SearchLimit.of("Training.margin", 1.1)

    package var isKept: Bool {
      measure == .crossEntropy ? after < before : Self.margin * after < before
    }
  }

  /// Noise to signal on samples from which nothing was made: of all, and of the worst tenth.
  package struct Unseen: Equatable, Sendable {
    package let samples: Int
    package let noise: Double
    package let worst: Double

    /// `noises` are those of single samples, greatest first; not empty.
    package init(_ noises: [Double]) {
      samples = noises.count
      noise = noises.reduce(0, +) / Double(noises.count)
      let tenth = noises.prefix((noises.count + 9) / 10)
      worst = tenth.reduce(0, +) / Double(tenth.count)
    }

    /// Whether both are less than the other's even when multiplied by `margin`.
    package func isBelow(_ other: Unseen, margin: Double) -> Bool {
      margin * noise < other.noise && margin * worst < other.worst
    }
  }

  package init() {}

  /// Fewer samples say little about possible inputs.
  package static let fewSamples = 10

  /// With fewer samples training learns these by heart.
  private static let fewForTraining = 16

  /// Adds warnings where samples to train on are few, and where gradients ended.
  package mutating func noticeTraining(samples count: Int, ends: [String]) {
    if !ends.isEmpty {
      warnings.append(
        "gradients end at \(ends.joined(separator: ", ")): what lies before is trained only where another "
          + "way leads there")
    }
    guard count < Self.fewForTraining else { return }
    warnings.append(
      "trained on \(count) sample\(count == 1 ? "" : "s"): expect little on other ones; 100 or more "
        + "teach what samples have in common")
  }

  package mutating func notice(_ statistics: CalibrationStatistics, in model: Model) {
    if statistics.samples < Self.fewSamples {
      warnings.append(
        "calibrated on \(statistics.samples) sample\(statistics.samples == 1 ? "" : "s"); "
          + "100 or more make better ranges")
    }
    let repeated = digests.count - Set(digests).count
    if repeated > 0 { warnings.append("\(repeated) of \(digests.count) samples are repeated") }
    for (index, subgraph) in model.subgraphs.enumerated() {
      for tensor in subgraph.inputs ?? [] where tensor >= 0 {
        guard let found = statistics.tensors[TensorID(index, tensor)], found.isConstant else {
          continue
        }
        warnings.append(
          "input '\(subgraph.tensors[Int(tensor)].label)' is \(found.least) in every sample")
      }
    }
    let broken = statistics.tensors.filter { $0.value.notFinite > 0 }.keys.sorted()
    if let first = broken.first {
      warnings.append(
        "\(broken.count) tensor\(broken.count == 1 ? "" : "s") held NaN or infinity on the samples, "
          + "first '\(model[first].label)'")
    }
  }

  /// Adds warnings about inputs that exceed the range in the model's metadata.
  package mutating func notice(
    _ known: [TensorID: ClosedRange<Float>], _ statistics: CalibrationStatistics, in model: Model
  ) {
    for (id, range) in known.sorted(by: { $0.key < $1.key }) {
      guard let seen = statistics.tensors[id], !seen.keeps(to: range) else { continue }
      warnings.append(
        "input '\(model[id].label)' is from \(seen.least) to \(seen.greatest) on the samples, but "
          + "the model's metadata say from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
