import TFLite

/// Pooling of quantized integers, bit for bit as the reference kernels. Input and output are
/// assumed to have one scale and zero point; only the range of the activation uses it.
extension Pool2D.Geometry {
  /// Returns nil for a type that is not quantized.
  func integerAverage(_ preparation: Preparation) throws -> [Stage]? {
    switch output.type {
    case .int8: try average(preparation, Int8.self)
    case .uint8: try average(preparation, UInt8.self)
    case .int16: try average(preparation, Int16.self)
    default: nil
    }
  }

  /// Returns nil for a type that is not quantized.
  func integerMaximum(_ preparation: Preparation) throws -> [Stage]? {
    switch output.type {
    case .int8: try maximum(preparation, Int8.self)
    case .uint8: try maximum(preparation, UInt8.self)
    case .int16: try maximum(preparation, Int16.self)
    default: nil
    }
  }

  /// Returns stages for the mean of the taps inside the image, with halves rounded away from zero.
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
          add(taps, count, type, sums, channels)
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

  /// Returns the part of the type's range that the fused activation lets through.
  private func levels<Element: FixedWidthInteger>(
    _ type: Element.Type
  ) throws -> ClosedRange<Element> {
    guard activation != 0 else { return .min ... .max }
    let range = try Affine(output).clamp(activation, Int32(Element.min)...Int32(Element.max))
    return Element(range.lowerBound)...Element(range.upperBound)
  }
}

/// sums[i] = the sum of element i of all taps.
@inline(__always)
private func add<Element: FixedWidthInteger>(
  _ taps: UnsafePointer<UnsafeRawPointer>, _ count: Int, _ type: Element.Type,
  _ sums: UnsafeMutablePointer<Int32>, _ channels: Int
) {
  guard count > 0 else { return sums.update(repeating: 0, count: channels) }
  let first = taps[0].assumingMemoryBound(to: type)
  for channel in 0..<channels { sums[channel] = Int32(truncatingIfNeeded: first[channel]) }
  for tap in 1..<max(1, count) {
    let source = taps[tap].assumingMemoryBound(to: type)
    for channel in 0..<channels { sums[channel] &+= Int32(truncatingIfNeeded: source[channel]) }
  }
}

/// target[i] = sums[i] ÷ count, halves away from zero.
@inline(__always)
private func quotients<Element: FixedWidthInteger>(
  _ sums: UnsafePointer<Int32>, by count: Int, _ range: ClosedRange<Element>,
  _ target: UnsafeMutablePointer<Element>, _ channels: Int
) {
  let (low, high) = (Int32(range.lowerBound), Int32(range.upperBound))
  let divisor = UInt32(truncatingIfNeeded: max(count, 1))
  // Multiplying with 2^32 ÷ n is exact while n² × the greatest magnitude stays below 2^32.
  guard count > 1, count &* count < 1 << (32 &- Element.bitWidth) else {
    for channel in 0..<channels {
      let quotient = (sums[channel].magnitude &+ divisor / 2) / divisor
      target[channel] = level(quotient, sums[channel], low, high)
    }
    return
  }
  let factor = UInt64(UInt32.max / divisor &+ 1)
  for channel in 0..<channels {
    let quotient = (UInt64(sums[channel].magnitude &+ divisor / 2) &* factor) &>> 32
    target[channel] = level(UInt32(truncatingIfNeeded: quotient), sums[channel], low, high)
  }
}

/// Returns the magnitude with its sign, limited to the range.
@inline(__always)
private func level<Element: FixedWidthInteger>(
  _ magnitude: UInt32, _ sign: Int32, _ low: Int32, _ high: Int32
) -> Element {
  let size = Int32(bitPattern: magnitude)
  return Element(truncatingIfNeeded: max(low, min(high, sign < 0 ? 0 &- size : size)))
}
