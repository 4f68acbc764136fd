import TFLite

/// How the runtime treats weights that are stored without their zeros.
///
/// Float weights may be the result of DENSIFY, which runs once. Apart from the forms that a kernel
/// reads itself, the runtime reads the stored values as if they were dense, without an error.
package struct SparseRule: Sendable {
  /// A form that a kernel reads.
  package struct Form: Sendable {
    package let activation: TensorType
    package let weight: TensorType
    /// Neighbours along the last axis that are stored together.
    package let block: Int
    /// The share of zero blocks from which on this form is at least as fast as XNNPACK's dense
    /// kernel, measured on x86-64 with batches of 1 to 16. 0 for a form that never is and only
    /// saves bytes.
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
  /// XNNPACK leaves sparse operators to the kernels only in this version; in every other it reads
  /// them as dense. Nil where there are no forms.
  package let version: Int32?

  /// No kernel reads sparse weights.
  static let densified = SparseRule(forms: [], version: nil)
}
