/// Which values of its inputs an operator distinguishes.
///
/// Ranges need not span values so far out that another value just as far out would give the same
/// result: a mask of −10⁹ before SOFTMAX, or −∞ around the input of MAX_POOL_2D.
package enum ValueUse: Sendable {
  /// All of them.
  case all
  /// As the output's values are distinguished: the operator moves or chooses elements.
  case sameAsOutput
  /// As `sameAsOutput`, with the opposite sign.
  case negated
  /// From the least output upwards: lower elements are never the greatest.
  case greatest
  /// Up to the greatest output: higher elements are never the least.
  case least
  /// Within `ValueUse.depth` below the greatest of its row.
  case nearGreatest
  case sum, difference, product, quotient

  /// e^−16 is 1/300 of the least step of an int16 probability, 1 ÷ 32,768, and adds 10⁻⁷ to the sum
  /// of a row.
  package static let depth: Float = 16
}
