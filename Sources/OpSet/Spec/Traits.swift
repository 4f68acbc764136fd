/// Facts about an operator that hold or do not.
package struct Traits: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The integer kernels do not run without a bias.
  package static let requiresBias = Self(rawValue: 1)
  /// The operator changes how real values are encoded, not the values.
  package static let convertsEncoding = Self(rawValue: 2)
  /// The operator takes a sparse constant as it is stored; all others are given the dense values.
  package static let readsSparseStorage = Self(rawValue: 4)
  /// Each row becomes the probabilities of classes, or their logarithms.
  package static let ranksClasses = Self(rawValue: 8)
}
