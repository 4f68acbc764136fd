extension OperatorFamily {
  /// Fourier transforms and complex numbers.
  static let signal = OperatorFamily(
    "Signal",
    [
      .rfft2D, .imag, .real, .complexAbs,
    ])
}
