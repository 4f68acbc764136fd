/// Fourier transforms and complex numbers.
extension OpSpec {
  static let rfft2D = OpSpec("RFFT2D", .activationAndIndex, runtimes: "1:2.5.0", kernel: .rfft2D)

  static let imag = OpSpec(
    "IMAG", .activation, runtimes: "1:2.5.0",
    kernel: .imag)

  static let real = OpSpec(
    "REAL", .activation, runtimes: "1:2.5.0",
    kernel: .real)

  static let complexAbs = OpSpec(
    "COMPLEX_ABS", .activation, runtimes: "1:2.5.0",
    kernel: .complexAbs)
}
