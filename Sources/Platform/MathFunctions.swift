#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Functions of the C library's mathematics that Swift's own library lacks.
package enum MathFunctions {
  /// Returns the greatest common divisor of two numbers that are not negative.
  package static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  package static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }

  package static func atan2(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }

  package static func exponential(_ x: Float) -> Float { expf(x) }

  package static func atan2(_ y: Double, _ x: Double) -> Double { arcTangent(y, x) }

  package static func exponential(_ x: Double) -> Double { exp(x) }

  package static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

  package static func sine(_ x: Double) -> Double { sin(x) }

  package static func cosine(_ x: Double) -> Double { cos(x) }

  /// √(x² + y²) without overflow on the way.
  package static func hypotenuse(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
}

/// Functions of float32 as the runtime calls them.
extension MathFunctions {
  package static func logarithm(_ x: Float) -> Float { logf(x) }

  package static func tanh(_ x: Float) -> Float { tanhf(x) }

  /// e^x − 1.
  package static func exponentialMinusOne(_ x: Float) -> Float { expm1f(x) }

  /// 1 − erf x.
  package static func complementaryError(_ x: Float) -> Float { erfcf(x) }
}

/// The C library's function, whose name is `MathFunctions`' own within it.
private func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
