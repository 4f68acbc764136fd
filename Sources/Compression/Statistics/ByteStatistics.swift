/// The information content of a tensor's elements, each coded on its own.
package struct ByteStatistics: Equatable, Sendable {
  package let elements: Int
  /// Elements that equal zero, including −0.0.
  package let zeros: Int
  /// Different bit patterns; nil for 8-byte elements, and for 4-byte elements with more than
  /// `ByteStatisticsCounter.distinctLimit` of them.
  package let distinct: Int?
  /// Order-0 entropy in bits for each element; 0 for no elements.
  package let entropyBits: Double
  /// Whether the entropy is a sum over the byte positions of elements, each coded on its own.
  ///
  /// That is used if whole elements are not counted. It is never less than the entropy of whole
  /// elements, so it is no lower bound for them.
  package let isEntropyByBytePlane: Bool

  /// Bytes that an ideal order-0 coder needs, without its table.
  package var entropyBound: Int { Int((Double(elements) * entropyBits / 8).rounded(.up)) }
}
