/// A function of two elements. Reductions, scatters and windows fold many elements into one with
/// it.
package enum ElementFold: CaseIterable, Sendable {
  case sum, product, minimum, maximum
  /// The second element.
  case replace
  /// 1 where both, or one, are not 0.
  case all, any
}
