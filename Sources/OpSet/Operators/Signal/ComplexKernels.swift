import Platform
import TFLite

extension OpKernel {
  static let real = complexPart({ $0.x }, { $0.x })

  static let imag = complexPart({ $0.y }, { $0.y })

  static let complexAbs = complexPart(
    { Float(MathFunctions.hypotenuse(Double($0.x), Double($0.y))) },
    { MathFunctions.hypotenuse($0.x, $0.y) })

  /// Returns a kernel for a function of complex numbers with real results.
  private static func complexPart(
    _ single: @escaping @Sendable (SIMD2<Float>) -> Float,
    _ double: @escaping @Sendable (SIMD2<Double>) -> Double
  ) -> OpKernel {
    OpKernel { preparation in
      let (input, output) = try preparation.inputAndOutput()
      switch (input.type, output.type) {
      case (.complex64, .float32):
        return try preparation.map(input, SIMD2<Float>.self, to: Float.self, cost: 4, single)
      case (.complex128, .float64):
        return try preparation.map(input, SIMD2<Double>.self, to: Double.self, cost: 4, double)
      case (let type, _): throw preparation.unsupported(type)
      }
    }
  }
}
