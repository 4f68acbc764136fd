import KernelTable
import Platform
import TFLite

/// A function of one quantized tensor, bit for bit as the reference kernels: x gives y.
struct QuantizedFunction {
  let x: Affine
  let y: Affine
  let type: TensorType
  let parameter: Float
  let reference: ReferenceKernels

  /// The function on quantized levels; nil where the runtime has no such kernel.
  typealias Levels = (Int32) -> Int32

  var isInt16: Bool { type == .int16 }

  /// The levels of the type.
  var range: ClosedRange<Int32> {
    switch type {
    case .int8: -128...127
    case .uint8: 0...255
    default: -32768...32767
    }
  }

  /// Returns the function from levels to levels for types of 8 bits, and for int16 where the kernel
  /// works so.
  func levels(_ operation: UnaryOperation) throws -> Levels? {
    switch operation {
    case .relu: return rectified(low: 0, high: nil)
    case .relu6: return reference == .tflm ? clamped(to: 6) : rectified(low: 0, high: 6)
    case .reluN1To1: return isInt16 ? nil : rectified(low: -1, high: 1)
    case .relu0To1: return isInt16 ? nil : rectified(low: 0, high: 1)
    case .logistic where reference == .tflm && type == .int8:
      return fixedPoint(shift: 23, zeroPoint: -128) { $0.logistic(integerBits: 4) }
    case .tanh where reference == .tflm && type == .int8:
      return fixedPoint(shift: 24, zeroPoint: 0) { $0.tanh(integerBits: 4) }
    case .leakyRelu: return leaky
    case .hardSwish: return isInt16 ? nil : try hardSwish()
    case .abs: return type == .uint8 ? nil : absolute
    case .sqrt: return type == .uint8 ? nil : squareRoot
    case .rsqrt: return type == .int8 ? inverseSquareRoot : nil
    default: return isInt16 ? nil : realFunction(operation).map(sampled)
    }
  }

  /// LiteRT divides in single precision.
  private var ratio: Double {
    reference == .tflm ? Double(x.scale) / Double(y.scale) : Double(x.scale / y.scale)
  }

  private func rectified(low: Float, high: Float?) -> Levels {
    let rescale = Rescaler(ratio)
    let least = max(range.lowerBound, level(low))
    let greatest = high.map { min(range.upperBound, level($0)) } ?? range.upperBound
    return { [x, y] in
      min(greatest, max(least, rescale(x.difference($0)) &+ y.zeroPoint))
    }
  }

  private func level(_ real: Float) -> Int32 {
    Int32(max(-1e6, min(1e6, (real / y.scale).rounded()))) &+ y.zeroPoint
  }

  private var leaky: Levels {
    let positive = Rescaler(ratio)
    let slope =
      reference == .tflm
      ? ratio * Double(parameter) : Double(x.scale * parameter / y.scale)
    let negative = Rescaler(slope.magnitude)
    return { [x, y, range] in
      let value = x.difference($0)
      // The fraction of a negative multiplier is positive: the value takes its sign.
      let level =
        value >= 0 ? positive(value) : negative(slope < 0 ? 0 &- value : value)
      return (level &+ y.zeroPoint).clamped(range)
    }
  }

  private var absolute: Levels {
    let rescale = Rescaler(ratio)
    let isSame = x.scale == y.scale
    return { [x, y, range] in
      let value = Int32(truncatingIfNeeded: x.difference($0).magnitude)
      return ((isSame ? value : rescale(value)) &+ y.zeroPoint).clamped(range)
    }
  }

  /// The result is truncated, not rounded.
  private var squareRoot: Levels {
    return { [x, y, range] in
      let root = (Float(x.difference($0)) * x.scale).squareRoot()
      return (truncated(root / y.scale) &+ y.zeroPoint).clamped(range)
    }
  }

  private var inverseSquareRoot: Levels {
    let factor = 1 / Double(x.scale.squareRoot() * y.scale)
    let multiplier = QuantizedMultiplier(factor)
    let rescale = Rescaler(fraction: multiplier.fraction, shift: multiplier.shift - 20)
    return { [x, y, range] in
      let value = x.difference($0)
      guard value > 0 else { return range.upperBound }
      let (fraction, shift) = value.inverseSquareRoot
      let inverse = Rescaler(fraction: fraction, shift: shift + 20)(1)
      return (rescale(inverse) &+ y.zeroPoint).clamped(range)
    }
  }

  /// Returns the real function at the value that a level stands for, as a level.
  private func sampled(_ function: @escaping (Float) -> Float) -> Levels {
    let inverse = 1 / y.scale
    return { [x, y, range] in
      let result = function(x.scale * Float(x.difference($0))) * inverse
      return truncated(result.rounded() + Float(y.zeroPoint)).clamped(range)
    }
  }

  /// Returns the functions that are tables of a real function; nil for others.
  func realFunction(_ operation: UnaryOperation) -> ((Float) -> Float)? {
    typealias Functions = MathFunctions
    let hasUInt8 = [.logistic, .tanh, .gelu, .geluApproximate].contains(operation)
    guard hasUInt8 || type != .uint8 else { return nil }
    switch operation {
    case .logistic: return { 1 / (1 + Functions.exponential(-$0)) }
    case .tanh: return { Functions.tanh($0) }
    case .exp: return { Functions.exponential($0) }
    case .elu: return { $0 < 0 ? Functions.exponentialMinusOne($0) : $0 }
    case .gelu: return { 0.5 * $0 * Functions.complementaryError($0 * -0.70710678) }
    case .geluApproximate:
      return { 0.5 * $0 * (1 + Functions.tanh(0.7978846 * ($0 + 0.044715 * $0 * $0 * $0))) }
    case .log:
      let least = Float(range.lowerBound &- y.zeroPoint) * y.scale
      return { $0 <= 0 ? least : Functions.logarithm($0) }
    case .rsqrt where isInt16:
      return { [y] in $0 <= 0 ? 32767 * y.scale : 1 / $0.squareRoot() }
    default: return nil
    }
  }
}

/// Returns a float as int32, limited to a range that no level leaves; NaN becomes the least.
private func truncated(_ value: Float) -> Int32 {
  value > -1e6 ? Int32(min(value, 1e6)) : -1_000_000
}
