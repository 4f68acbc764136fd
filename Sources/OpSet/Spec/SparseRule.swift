import TFLite

/// The runtime's treatment of weights that are stored without their zeros.
///
/// Float weights may be the result of DENSIFY, which runs once. Everything else reads stored values
/// as if they were dense, without an error, but for the forms that a kernel reads itself.
package struct SparseRule: Sendable {
  /// A form that a kernel reads.
  package struct Form: Sendable {
    package let activation: TensorType
    package let weight: TensorType
    /// Neighbours along the last axis that are stored together.
    package let block: Int
    /// The share of zero blocks from which on XNNPACK's dense kernel is no faster; 0 for a form that
    /// never gets there and is for size alone. Measured on x86-64 with batches of 1 to 16.
    package let breakEven: Double
    /// The longest last axis.
    package let mostColumns: Int

    init(
      _ activation: TensorType, _ weight: TensorType, block: Int, breakEven: Double = 0,
      mostColumns: Int = .max
    ) {
      self.activation = activation
      self.weight = weight
      self.block = block
      self.breakEven = breakEven
      self.mostColumns = mostColumns
    }
  }

  package let forms: [Form]
  /// XNNPACK leaves operators with `forms` alone only in this version and reads them as dense in
  /// every other; nil where there are none.
  package let version: Int32?

  /// No kernel reads sparse weights.
  static let densified = SparseRule(forms: [], version: nil)
}
