#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Functions of the C library's mathematics that Swift's own library lacks.
public enum MathFunctions {
  /// Of two numbers that are not negative.
  public static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  public static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }

  public static func atan2(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }

  public static func exponential(_ x: Float) -> Float { expf(x) }

  #if canImport(Glibc)
    public static func atan2(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }
    public static func exponential(_ x: Double) -> Double { Glibc.exp(x) }
    public static func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
    public static func sine(_ x: Double) -> Double { Glibc.sin(x) }
    public static func cosine(_ x: Double) -> Double { Glibc.cos(x) }
  #else
    public static func atan2(_ y: Double, _ x: Double) -> Double { Darwin.atan2(y, x) }
    public static func exponential(_ x: Double) -> Double { Darwin.exp(x) }
    public static func power(_ x: Double, _ y: Double) -> Double { Darwin.pow(x, y) }
    public static func sine(_ x: Double) -> Double { Darwin.sin(x) }
    public static func cosine(_ x: Double) -> Double { Darwin.cos(x) }
  #endif

  /// √(x² + y²) without overflow on the way.
  public static func hypotenuse(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
}

/// Functions of float32 as the runtime calls them.
extension MathFunctions {
  public static func logarithm(_ x: Float) -> Float { logf(x) }

  public static func tanh(_ x: Float) -> Float { tanhf(x) }

  /// e^x − 1.
  public static func exponentialMinusOne(_ x: Float) -> Float { expm1f(x) }

  /// 1 − erf x.
  public static func complementaryError(_ x: Float) -> Float { erfcf(x) }
}
