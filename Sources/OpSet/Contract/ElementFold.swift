/// Functions of two elements that an operator computes, and that others apply to many elements.
package enum ElementFold: CaseIterable, Sendable {
  case sum, product, minimum, maximum
  /// The second element.
  case replace
  /// 1 where both, or one, are not 0.
  case all, any
}
