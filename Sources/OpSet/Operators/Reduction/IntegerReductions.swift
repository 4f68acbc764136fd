import TFLite

/// Sums, means and products of quantized integers.
extension Preparation {
  /// Stages for SUM or MEAN; nil where the input is not quantized.
  func quantizedSum(isMean: Bool) throws -> [Stage]? {
    switch try input(0).type {
    case .int8: try quantizedSum(isMean, Int8.self)
    case .uint8: try quantizedSum(isMean, UInt8.self)
    case .int16: try quantizedSum(isMean, Int16.self)
    default: nil
    }
  }

  private func quantizedSum<Element: FixedWidthInteger>(
    _ isMean: Bool, _ type: Element.Type
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    try requireSameType(output, as: input)
    let plan = try reductionPlan()
    let source = { UnsafeRawPointer(input.base) }
    if !isMean, try haveSameScale(input, output) {
      // Plain integers wrap on overflow.
      return stages(plan, Fold(type, initial: 0) { $0 &+ $1 }, from: source, to: { output.base })
    }
    let total: QuantizedTotal =
      isMean
      ? .mean(try MeanScale(input, output, count: plan.reducedCount))
      : .sum(try SumScale(input, output, count: plan.reducedCount))
    let sums = scratch(bytes: output.count * 4)
    let finish = flatStages(count: output.count, cost: 8) { start, count in
      let source = sums.pointer().assumingMemoryBound(to: Int32.self)
      let target = output.pointer(type)
      for index in start..<start &+ count {
        let level = total.apply(source[index])
        target[index] = Element(clamping: level)
      }
    }
    return stages(
      plan, first: Fold.wideSum(input.type), .int32Sum, from: source, to: { sums.pointer() })
      + finish
  }
}

/// The conversion of sums of integers to the output's integers.
private enum QuantizedTotal {
  case mean(MeanScale)
  case sum(SumScale)

  @inline(__always)
  func apply(_ sum: Int32) -> Int32 {
    switch self {
    case .mean(let scale): scale.apply(sum)
    case .sum(let scale): scale.apply(sum)
    }
  }
}

/// The fraction of the multiplier is divided by the number of elements, with as many bits as fit.
private struct MeanScale {
  private let multiplier: QuantizedMultiplier
  private let offset: Int32
  private let zeroPoint: Int32

  init(_ input: Value, _ output: Value, count: Int) throws {
    let (x, y) = (try Affine(input), try Affine(output))
    let whole = QuantizedMultiplier(Double(x.scale) / Double(y.scale))
    let divisor = Int64(max(count, 1))
    let shift = min(63 - divisor.leadingZeroBitCount, 32, 31 + whole.shift)
    multiplier = QuantizedMultiplier(
      fraction: Int32(truncatingIfNeeded: (Int64(whole.fraction) << Int64(shift)) / divisor),
      shift: whole.shift - shift)
    offset = x.zeroPoint &* Int32(truncatingIfNeeded: count)
    zeroPoint = y.zeroPoint
  }

  @inline(__always)
  func apply(_ sum: Int32) -> Int32 { multiplier.apply(sum &- offset) &+ zeroPoint }
}

/// SUM in single precision, as in the optimized kernel: the reference kernel for int8 and int16
/// reads its input as uint8.
private struct SumScale {
  private let scale: Float
  private let bias: Float
  private let zeroPoint: Int32

  init(_ input: Value, _ output: Value, count: Int) throws {
    let (x, y) = (try Affine(input), try Affine(output))
    scale = x.scale / y.scale
    bias = Float(0 &- x.zeroPoint) * scale * Float(count)
    zeroPoint = y.zeroPoint
  }

  @inline(__always)
  func apply(_ sum: Int32) -> Int32 {
    .nearest(Float(sum) * scale + bias) &+ zeroPoint
  }
}
