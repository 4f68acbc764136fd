/// A condition of an operator in the integer modes, beside its scale rule, for computing what the
/// float operator computes.
package enum IntegerLimit: Equatable, Sendable {
  /// A kernel exists, but no parameters make it right; a clause that says why.
  case staysFloat(Modes, String)
  /// A kernel exists, but is wrong on rows of more than so many values; a clause that says why.
  case longRowsStayFloat(Modes, above: Int, String)
  /// The kernel refuses values below real zero: the least integer must stand for it.
  case nonNegativeInput
  /// The kernel takes raw integers for real values: the zero point must be 0.
  case zeroPointZero
}
