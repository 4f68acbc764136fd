/// How much information the elements of a tensor hold when each is coded on its own.
public struct ByteStatistics: Equatable, Sendable {
  public let elements: Int
  /// Elements that equal zero; both zeros of floating point count.
  public let zeros: Int
  /// Different bit patterns; nil for 8-byte elements, and for 4-byte elements with more than
  /// `ByteStatisticsCounter.distinctLimit` of them.
  public let distinct: Int?
  /// Order-0 entropy in bits for each element; 0 for no elements.
  public let entropyBits: Double
  /// The entropy is the sum over the elements' byte places, each coded on its own.
  ///
  /// It is used where whole elements are not counted. It is never less than the entropy of whole
  /// elements, so it is no lower bound for them.
  public let isEntropyByBytePlane: Bool

  /// Bytes that an ideal order-0 coder needs, without its table.
  public var entropyBound: Int { Int((Double(elements) * entropyBits / 8).rounded(.up)) }
}
