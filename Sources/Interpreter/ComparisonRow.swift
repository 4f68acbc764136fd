import OpSet
import TFLite

extension Comparison {
  /// One tensor of both models.
  public struct Row: Sendable {
    /// In the other model.
    public let name: String
    /// The operator that makes it in the other model; empty and nil for outputs.
    public let operatorName: String
    public let place: InterpreterFault.Place?
    public let referenceType: TensorType
    public let type: TensorType
    public internal(set) var statistics = ErrorStatistics()
    /// Nil where it has no integers with one scale.
    public internal(set) var scale: Double?
    /// Values that the range of the integers cut off.
    public internal(set) var saturated = 0
    private var gains = ChannelGains()

    init(
      name: String, operatorName: String = "", place: InterpreterFault.Place? = nil,
      referenceType: TensorType, type: TensorType
    ) {
      self.name = name
      self.operatorName = operatorName
      self.place = place
      self.referenceType = referenceType
      self.type = type
    }

    mutating func add(_ value: Value, _ reals: [Float], reference: [Float]) {
      statistics.add(reference: reference, other: reals, rowLength: value.shape.last ?? 1)
      guard let ends = IntegerEnds(value) else { return }
      scale = Double(ends.scale)
      saturated += ends.saturated(reals, reference: reference)
      gains.add(reference: reference, other: reals, channels: value.shape.last ?? 1)
    }

    /// Where channels are the reference's times a factor each: the error beside that, in what the
    /// other model's values mean.
    public var rescaled: Rescaled? {
      let elements = Double(statistics.elements)
      guard elements > 0,
        let fit = gains.fit(squaredError: statistics.rmse * statistics.rmse * elements)
      else { return nil }
      return Rescaled(
        rmse: (fit.noise / elements).squareRoot(),
        relativeL2: (fit.noise / max(fit.signal, .leastNormalMagnitude)).squareRoot(),
        sqnr: ErrorStatistics.decibels(fit.signal, fit.noise), factors: fit.factors)
    }
  }

  /// The error of a tensor whose channels have factors, beside those.
  public struct Rescaled: Sendable {
    public let rmse: Double
    public let relativeL2: Double
    public let sqnr: Double
    public let factors: ClosedRange<Double>
  }
}
