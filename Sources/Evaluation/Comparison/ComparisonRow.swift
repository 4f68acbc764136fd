import Interpreter
import OpSet
import TFLite

extension Comparison {
  /// One tensor of both models.
  package struct Row: Sendable {
    /// The name in the other model.
    package let name: String
    /// The operator that computes it in the other model; empty and nil for outputs.
    package let operatorName: String
    package let place: InterpreterFault.Place?
    package let referenceType: TensorType
    package let type: TensorType
    package internal(set) var statistics = ErrorStatistics()
    /// Nil if it has no integers with one scale.
    package internal(set) var scale: Double?
    /// Values that the integers' range cut off.
    package internal(set) var saturated = 0
    /// Nil if it has no integers with one scale.
    package private(set) var histogram: ValueHistogram?
    private var gains = ChannelGains()
    /// The range of the known factors of channels.
    private var knownFactors: ClosedRange<Float>?
    private var ownStatistics = ErrorStatistics()
    /// For outputs: the errors by the columns of an axis.
    package private(set) var columns: [ColumnErrors] = []
    /// For outputs: the SQNR of each sample, in decibels.
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

    /// `reals` are the other model's values of one run; `channels` is the length of their last
    /// axis. `encoding` is nil if they are not integers with one scale. `factors` of channels are
    /// nil if they are to be estimated, and empty if there are none.
    mutating func add(
      _ reals: [Float], reference: [Float], channels: Int, encoding: Affine?,
      factors: [Float]? = nil
    ) {
      if let encoding {
        scale = Double(encoding.scale)
        if histogram == nil { histogram = ValueHistogram(encoding.range) }
      }
      if let factors, !factors.isEmpty, channels % factors.count == 0 {
        add(reals, reference: reference, channels, encoding, dividing: factors)
        return
      }
      statistics.add(reference: reference, other: reals, rowLength: channels)
      guard let encoding else { return }
      saturated += encoding.saturated(reals, reference: reference)
      histogram?.add(reals, reference: reference)
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
      histogram?.add(reals, reference: multiplied)
    }

    /// As `add`, for an output.
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

    /// The SQNR that 95 % of the samples reach, or the least of up to 20 samples; nil for inner
    /// tensors.
    package var lowSampleSignal: Double? {
      let sorted = sampleSignals.sorted()
      return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 20]
    }

    /// The error without the factors, if channels are the reference's times a factor.
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

  /// The error of a tensor whose channels have factors, without these.
  package struct Rescaled: Sendable {
    /// In the values of the other model; the other figures are in the reference's.
    package let rmse: Double
    package let relativeL2: Double
    package let sqnr: Double
    package let factors: ClosedRange<Double>
  }
}
