/// A condition, besides the scale rule, under which an operator's integer kernels compute what the
/// float operator computes.
package enum IntegerLimit: Equatable, Sendable {
  /// A kernel exists, but no parameters make it right; a clause that says why.
  case staysFloat(Modes, String)
  /// A kernel exists, but is wrong on rows with more values than this; a clause that says why.
  case longRowsStayFloat(Modes, above: Int, String)
  /// The kernel refuses values below real zero: the least integer must stand for it.
  case nonNegativeInput
  /// The kernel takes raw integers for real values: the zero point must be 0.
  case zeroPointZero
}
