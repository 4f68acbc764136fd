/// Which values of its inputs an operator tells apart.
///
/// Where a value lies so far out that another one just as far out would give the same result, ranges
/// need not span it: a mask of −10⁹ before SOFTMAX, or −∞ around the input of MAX_POOL_2D.
package enum ValueUse: Sendable {
  /// All of them.
  case all
  /// As far as the output's values are told apart: elements are moved or chosen.
  case sameAsOutput
  /// The same with the other sign.
  case negated
  /// From the least output on: elements below are not the greatest.
  case greatest
  /// Up to the greatest output.
  case least
  /// Within `ValueUse.depth` below the greatest of its row.
  case nearGreatest
  case sum, difference, product, quotient

  /// e^−16 is a three hundredth of the least step of an int16 probability, 1 ÷ 32,768, and 10⁻⁷ in
  /// the sum of a row.
  package static let depth: Float = 16
}
