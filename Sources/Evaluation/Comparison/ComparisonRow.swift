import Interpreter
import OpSet
import TFLite

extension Comparison {
  /// One tensor of both models.
  package struct Row: Sendable {
    /// In the other model.
    package let name: String
    /// The operator that makes it in the other model; empty and nil for outputs.
    package let operatorName: String
    package let place: InterpreterFault.Place?
    package let referenceType: TensorType
    package let type: TensorType
    package internal(set) var statistics = ErrorStatistics()
    /// Nil where it has no integers with one scale.
    package internal(set) var scale: Double?
    /// Values that the range of the integers cut off.
    package internal(set) var saturated = 0
    private var gains = ChannelGains()
    /// Of channels whose factors are known, and the error before they are divided out.
    private var knownFactors: ClosedRange<Float>?
    private var ownStatistics = ErrorStatistics()
    /// Of outputs alone: the error by the columns of an axis.
    package private(set) var columns: [ColumnErrors] = []
    /// Of outputs alone: each sample's SQNR in decibels.
    private var sampleSignals: [Double] = []

    package init(
      name: String, operatorName: String = "", place: InterpreterFault.Place? = nil,
      referenceType: TensorType, type: TensorType
    ) {
      self.name = name
      self.operatorName = operatorName
      self.place = place
      self.referenceType = referenceType
      self.type = type
    }

    /// `reals` are the other model's values of one run; `channels` is the length of their last axis,
    /// and `encoding` is nil where they are no integers with one scale. `factors` of channels are nil
    /// where they are to be guessed, and empty where there are none.
    mutating func add(
      _ reals: [Float], reference: [Float], channels: Int, encoding: Affine?,
      factors: [Float]? = nil
    ) {
      if let encoding { scale = Double(encoding.scale) }
      if let factors, !factors.isEmpty, channels % factors.count == 0 {
        add(reals, reference: reference, channels, encoding, dividing: factors)
        return
      }
      statistics.add(reference: reference, other: reals, rowLength: channels)
      guard let encoding else { return }
      saturated += encoding.saturated(reals, reference: reference)
      if factors == nil { gains.add(reference: reference, other: reals, channels: channels) }
    }

    private mutating func add(
      _ reals: [Float], reference: [Float], _ channels: Int, _ encoding: Affine?,
      dividing factors: [Float]
    ) {
      var (divided, multiplied) = (reals, reference)
      for index in reals.indices {
        divided[index] /= factors[index % factors.count]
        multiplied[index] *= factors[index % factors.count]
      }
      statistics.add(reference: reference, other: divided, rowLength: channels)
      ownStatistics.add(reference: multiplied, other: reals, rowLength: 1)
      knownFactors = (factors.min() ?? 1)...(factors.max() ?? 1)
      saturated += encoding?.saturated(reals, reference: multiplied) ?? 0
    }

    /// As `add`, of an output.
    mutating func addOutput(
      _ reals: [Float], reference: [Float], shape: [Int], encoding: Affine?
    ) {
      let earlier = statistics
      add(reals, reference: reference, channels: shape.last ?? 1, encoding: encoding)
      sampleSignals.append(statistics.sqnr(since: earlier))
      if columns.isEmpty { columns = ColumnErrors.all(shape: shape) }
      for index in columns.indices {
        columns[index].add(reals, reference: reference, shape: shape)
      }
    }

    /// The SQNR that 95 % of the samples reach, or the least of up to 20 samples; nil inside a model.
    package var lowSampleSignal: Double? {
      let sorted = sampleSignals.sorted()
      return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 20]
    }

    /// Where channels are the reference's times a factor each: the error beside that.
    package var rescaled: Rescaled? {
      if let knownFactors {
        return Rescaled(
          rmse: ownStatistics.rmse, relativeL2: statistics.relativeL2, sqnr: statistics.sqnr,
          factors: Double(knownFactors.lowerBound)...Double(knownFactors.upperBound))
      }
      let elements = Double(statistics.elements)
      guard elements > 0, let fit = gains.fit() else { return nil }
      return Rescaled(
        rmse: (fit.ownNoise / elements).squareRoot(),
        relativeL2: (fit.noise / max(fit.signal, .leastNormalMagnitude)).squareRoot(),
        sqnr: ErrorStatistics.decibels(fit.signal, fit.noise), factors: fit.factors)
    }
  }

  /// The error of a tensor whose channels have factors, beside those.
  package struct Rescaled: Sendable {
    /// In what the other model's values mean; the other figures are in the reference's.
    package let rmse: Double
    package let relativeL2: Double
    package let sqnr: Double
    package let factors: ClosedRange<Double>
  }
}
