import KernelTable

enum ElementwiseKernels {
  static let binary: KernelTable.Binary = {
    operation, a, aStep, b, bStep, output, count, low, high in
    switch operation {
    case .add: combine(a, aStep, b, bStep, output, count, low, high) { $0 + $1 }
    case .subtract: combine(a, aStep, b, bStep, output, count, low, high) { $0 - $1 }
    case .multiply: combine(a, aStep, b, bStep, output, count, low, high) { $0 * $1 }
    case .divide: combine(a, aStep, b, bStep, output, count, low, high) { $0 / $1 }
    // If either operand is NaN the second is returned, as in the runtime.
    case .maximum:
      combine(a, aStep, b, bStep, output, count, low, high) { selected($0 .> $1, $0, $1) }
    case .minimum:
      combine(a, aStep, b, bStep, output, count, low, high) { selected($0 .< $1, $0, $1) }
    case .squaredDifference:
      combine(a, aStep, b, bStep, output, count, low, high) { ($0 - $1) * ($0 - $1) }
    case .prelu:
      combine(a, aStep, b, bStep, output, count, low, high) {
        selected($0 .< V8(), $0 * $1, $0)
      }
    }
  }

  @inline(__always)
  private static func combine(
    _ a: UnsafePointer<Float>, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int,
    _ output: UnsafeMutablePointer<Float>, _ count: Int, _ low: Float, _ high: Float,
    _ function: (V8, V8) -> V8
  ) {
    let low = all(low)
    let high = all(high)
    var index = 0
    // Separate loops keep a repeated operand in its register.
    if aStep == 1, bStep == 1 {
      while index &+ 8 <= count {
        output.set(index, clamped(function(a.vector(index), b.vector(index)), low, high))
        index &+= 8
      }
    } else if aStep == 1 {
      let right = all(b[0])
      while index &+ 8 <= count {
        output.set(index, clamped(function(a.vector(index), right), low, high))
        index &+= 8
      }
    } else {
      let left = all(a[0])
      while index &+ 8 <= count {
        let right = bStep == 1 ? b.vector(index) : all(b[0])
        output.set(index, clamped(function(left, right), low, high))
        index &+= 8
      }
    }
    let rest = count &- index
    guard rest > 0 else { return }
    let left = aStep == 1 ? partial(a + index, rest) : all(a[0])
    let right = bStep == 1 ? partial(b + index, rest) : all(b[0])
    store(clamped(function(left, right), low, high), output + index, rest)
  }

  static let unary: KernelTable.Unary = { operation, input, output, count, parameter in
    switch operation {
    case .copy: mapVectors(input, output, count) { $0 }
    case .relu: mapVectors(input, output, count) { maximum($0, V8()) }
    case .relu6: mapVectors(input, output, count) { clamped($0, V8(), all(6)) }
    case .reluN1To1: mapVectors(input, output, count) { clamped($0, all(-1), all(1)) }
    case .relu0To1: mapVectors(input, output, count) { clamped($0, V8(), all(1)) }
    case .leakyRelu:
      let slope = all(parameter)
      mapVectors(input, output, count) { selected($0 .< V8(), $0 * slope, $0) }
    case .hardSwish:
      mapVectors(input, output, count) {
        $0 * clamped($0 + all(3), V8(), all(6)) * all(1 / 6)
      }
    case .elu:
      mapVectors(input, output, count) { selected($0 .< V8(), exponentialMinusOne($0), $0) }
    case .logistic: mapVectors(input, output, count) { sigmoid($0) }
    case .tanh: mapVectors(input, output, count) { hyperbolicTangent($0) }
    case .gelu: mapVectors(input, output, count) { gaussianUnit($0) }
    case .geluApproximate:
      mapVectors(input, output, count) {
        let inner = all(0.797_884_56) * fused($0, all(0.044_715) * $0 * $0, $0)
        return all(0.5) * $0 * (all(1) + hyperbolicTangent(inner))
      }
    case .exp: mapVectors(input, output, count) { exponential($0) }
    case .log: mapVectors(input, output, count) { logarithm($0) }
    case .sin: mapVectors(input, output, count) { sine($0, isCosine: false) }
    case .cos: mapVectors(input, output, count) { sine($0, isCosine: true) }
    default: algebraic(operation, input, output, count)
    }
  }

  private static func algebraic(
    _ operation: UnaryOperation, _ input: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch operation {
    case .abs:
      mapVectors(input, output, count) { float(bits($0) & I8(repeating: 0x7FFF_FFFF)) }
    case .neg: mapVectors(input, output, count) { -$0 }
    case .square: mapVectors(input, output, count) { $0 * $0 }
    case .sqrt: mapVectors(input, output, count) { $0.squareRoot() }
    case .rsqrt: mapVectors(input, output, count) { all(1) / $0.squareRoot() }
    case .sign:
      mapVectors(input, output, count) {
        let positive = selected($0 .> V8(), all(1), $0)
        return selected($0 .< V8(), all(-1), positive)
      }
    case .floor:
      mapVectors(input, output, count) { x in
        let whole = rounded(x)
        return selected(whole .> x, whole - all(1), whole)
      }
    case .ceil:
      mapVectors(input, output, count) { x in
        let whole = rounded(x)
        return selected(whole .< x, whole + all(1), whole)
      }
    case .round: mapVectors(input, output, count) { rounded($0) }
    default: break
    }
  }

  /// Returns the nearest integer, ties to even. Beyond 2^23 every float is one.
  @inline(__always)
  private static func rounded(_ x: V8) -> V8 {
    let sign = bits(x) & I8(repeating: Int32.min)
    let magnitude = float(bits(x) ^ sign)
    let whole = (magnitude + all(8_388_608)) - all(8_388_608)
    let signed = float(bits(whole) | sign)
    return selected(magnitude .< all(8_388_608), signed, x)
  }

  /// e^x − 1 for x < 0 within 1.5 ulp: a polynomial near zero, where subtraction cancels.
  @inline(__always)
  private static func exponentialMinusOne(_ x: V8) -> V8 {
    var p = all(1.0 / 5040)
    p = fused(all(1.0 / 720), p, x)
    p = fused(all(1.0 / 120), p, x)
    p = fused(all(1.0 / 24), p, x)
    p = fused(all(1.0 / 6), p, x)
    p = fused(all(0.5), p, x)
    let small = fused(x, p * x, x)
    return selected(x .> all(-0.35), small, exponential(x) - all(1))
  }
}
