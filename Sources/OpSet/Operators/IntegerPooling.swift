import TFLite

/// Pooling of quantized integers, bit for bit as the reference kernels: input and output are taken
/// to have one scale and zero point, which only the activation's range looks at.
extension Pool2D.Geometry {
  /// Nil for a type that is not quantized.
  func integerAverage(_ preparation: Preparation) throws -> [Stage]? {
    switch output.type {
    case .int8: try average(preparation, Int8.self)
    case .uint8: try average(preparation, UInt8.self)
    case .int16: try average(preparation, Int16.self)
    default: nil
    }
  }

  /// Nil for a type that is not quantized.
  func integerMaximum(_ preparation: Preparation) throws -> [Stage]? {
    switch output.type {
    case .int8: try maximum(preparation, Int8.self)
    case .uint8: try maximum(preparation, UInt8.self)
    case .int16: try maximum(preparation, Int16.self)
    default: nil
    }
  }

  /// The mean of the taps inside the image, halves away from zero.
  private func average<Element: FixedWidthInteger>(
    _ preparation: Preparation, _ type: Element.Type
  ) throws -> [Stage] {
    let (input, output) = (try preparation.input(0), output)
    let range = try levels(type)
    let channels = image.channels
    let memory = preparation.scratch(bytesPerLane: channels * 4)
    return [
      stage(
        preparation, input: { UnsafeRawPointer(input.base) },
        window: { taps, count, element, lane in
          let sums = memory.pointer(lane: lane).assumingMemoryBound(to: Int32.self)
          sums.update(repeating: 0, count: channels)
          for tap in 0..<count {
            let source = taps[tap].assumingMemoryBound(to: type)
            for channel in 0..<channels {
              sums[channel] &+= Int32(truncatingIfNeeded: source[channel])
            }
          }
          quotients(sums, by: count, range, output.pointer(type) + element, channels)
        })
    ]
  }

  private func maximum<Element: FixedWidthInteger>(
    _ preparation: Preparation, _ type: Element.Type
  ) throws -> [Stage] {
    let (input, output) = (try preparation.input(0), output)
    let range = try levels(type)
    let (low, high) = (range.lowerBound, range.upperBound)
    let channels = image.channels
    return [
      stage(
        preparation, input: { UnsafeRawPointer(input.base) },
        window: { taps, count, element, _ in
          let target = output.pointer(type) + element
          target.update(repeating: low, count: channels)
          for tap in 0..<count {
            let source = taps[tap].assumingMemoryBound(to: type)
            for channel in 0..<channels {
              target[channel] = max(target[channel], min(source[channel], high))
            }
          }
        })
    ]
  }

  /// What the fused activation leaves of the type's range.
  private func levels<Element: FixedWidthInteger>(
    _ type: Element.Type
  ) throws -> ClosedRange<Element> {
    guard activation != 0 else { return .min ... .max }
    let range = try AffineScale(output).clamp(activation, Int32(Element.min)...Int32(Element.max))
    return Element(range.lowerBound)...Element(range.upperBound)
  }
}

/// target[i] = sums[i] ÷ count, halves away from zero.
@inline(__always)
private func quotients<Element: FixedWidthInteger>(
  _ sums: UnsafePointer<Int32>, by count: Int, _ range: ClosedRange<Element>,
  _ target: UnsafeMutablePointer<Element>, _ channels: Int
) {
  let (low, high) = (Int32(range.lowerBound), Int32(range.upperBound))
  let half = UInt32(truncatingIfNeeded: count / 2)
  // Multiplying with 2^32 ÷ n is exact while n² × the greatest magnitude stays below 2^32.
  let isExact = count > 1 && count &* count < 1 << (32 &- Element.bitWidth)
  let factor = isExact ? UInt64(UInt32((1 << 32) / count &+ 1)) : 0
  let divisor = UInt32(truncatingIfNeeded: max(count, 1))
  for channel in 0..<channels {
    let sum = sums[channel]
    let rounded = sum.magnitude &+ half
    let quotient = Int32(
      truncatingIfNeeded: isExact
        ? (UInt64(rounded) &* factor) &>> 32 : UInt64(rounded / divisor))
    let signed = sum < 0 ? 0 &- quotient : quotient
    target[channel] = Element(truncatingIfNeeded: max(low, min(high, signed)))
  }
}
