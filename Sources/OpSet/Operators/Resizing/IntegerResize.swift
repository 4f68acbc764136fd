import TFLite

/// RESIZE_BILINEAR of quantized integers, bit for bit as the reference kernels: int8 and int16 with
/// weights of 10 bits, uint8 with floats.
extension Preparation {
  /// The output has its shape. Nil for a type that is not quantized.
  func quantizedBilinear(
    _ image: ImageShape, _ isAligned: Bool, _ isCentered: Bool
  ) throws -> [Stage]? {
    let (input, output) = try inputAndOutput()
    let sizes = [(output.size(1), image.height), (output.size(2), image.width)]
    if input.type == .uint8 {
      let taps = sizes.map { LinearTaps($0.0, of: $0.1, isAligned, isCentered) }
      return floatBlend(image, input, output, rows: taps[0], columns: taps[1])
    }
    let taps = sizes.map { FixedTaps($0.0, of: $0.1, isAligned, isCentered) }
    let resize = FixedResize(image: image, rows: taps[0], columns: taps[1])
    switch input.type {
    case .int8: return resize.stages(self, input, output, Int8.self, Int32.self)
    case .int16: return resize.stages(self, input, output, Int16.self, Int64.self)
    default: return nil
    }
  }

  private func floatBlend(
    _ image: ImageShape, _ input: Value, _ output: Value, rows: LinearTaps, columns: LinearTaps
  ) -> [Stage] {
    let (length, channels) = (image.rowFloats, image.channels)
    let memory = scratch(bytesPerLane: length * 8)
    return lines(image, output) { batch, line, target, lane in
      let tap = rows.taps[line]
      let first = input.pointer(UInt8.self) + batch &* image.imageFloats
      let (a, b) = (first + tap.lower &* length, first + tap.upper &* length)
      let upper = memory.floats(lane: lane)
      let lower = upper + length
      for index in 0..<length {
        upper[index] = Float(a[index]) * (1 - tap.fraction)
        lower[index] = Float(b[index]) * tap.fraction
      }
      var pixel = output.pointer(UInt8.self) + target
      for column in columns.taps {
        let (left, right) = (column.lower &* channels, column.upper &* channels)
        let dx = column.fraction
        for channel in 0..<channels {
          let sum =
            upper[left &+ channel] * (1 - dx) + lower[left &+ channel] * (1 - dx)
            + upper[right &+ channel] * dx + lower[right &+ channel] * dx
          pixel[channel] = truncated(sum + 0.5)
        }
        pixel += channels
      }
    }
  }

  /// Calls `body` for each line of the output; `target` is its first element.
  fileprivate func lines(
    _ image: ImageShape, _ output: Value,
    _ body: @escaping (_ batch: Int, _ line: Int, _ target: Int, _ lane: Int) -> Void
  ) -> [Stage] {
    let (height, length) = (output.size(1), output.size(2) * image.channels)
    let count = image.batches * height
    guard output.count > 0 else { return [] }
    return .each(of: count, operations: output.count * 4) { line, lane in
      body(line / height, line % height, line &* length, lane)
    }
  }
}

/// Returns the integer below a number from 0 to less than 2^22. It checks nothing, so that loops of
/// it become vector code.
@inline(__always)
private func truncated(_ value: Float) -> UInt8 {
  let sum = value + 8_388_608
  let nearest = UInt8(truncatingIfNeeded: sum.bitPattern)
  return sum - 8_388_608 > value ? nearest &- 1 : nearest
}

/// Input positions for each output position, in steps of 1/1024.
private struct FixedTaps {
  struct Tap {
    let lower: Int
    let upper: Int
    /// Weight of `upper` in 1024; that of `lower` is the rest.
    let fraction: Int32
  }

  let taps: [Tap]

  init(_ output: Int, of input: Int, _ isAligned: Bool, _ isCentered: Bool) {
    let scale =
      isAligned && output > 1
      ? (1024 * (input - 1) + (output - 1) / 2) / (output - 1)
      : (1024 * input + output / 2) / output
    taps = (0..<output).map { position in
      let place = position * scale + (isCentered ? scale / 2 - 512 : 0)
      let lower = max(place / 1024, 0)
      return Tap(
        lower: min(lower, input - 1), upper: min((place + 1023) / 1024, input - 1),
        fraction: Int32(truncatingIfNeeded: place - 1024 * lower))
    }
  }
}

private struct FixedResize {
  let image: ImageShape
  let rows: FixedTaps
  let columns: FixedTaps

  /// `Sum` holds an element times 2^22.
  @inline(__always)
  func stages<Element: FixedWidthInteger, Sum: FixedWidthInteger>(
    _ preparation: Preparation, _ input: Value, _ output: Value, _ type: Element.Type,
    _ sum: Sum.Type
  ) -> [Stage] {
    let (length, channels) = (image.rowFloats, image.channels)
    let memory = preparation.scratch(bytesPerLane: length * 4)
    let (image, rows, columns) = (image, rows, columns)
    return preparation.lines(image, output) { batch, line, target, lane in
      let tap = rows.taps[line]
      let first = input.pointer(type) + batch &* image.imageFloats
      let (a, b) = (first + tap.lower &* length, first + tap.upper &* length)
      let mixed = memory.pointer(lane: lane).assumingMemoryBound(to: Int32.self)
      for index in 0..<length {
        mixed[index] =
          Int32(truncatingIfNeeded: a[index]) &* (1024 &- tap.fraction)
          &+ Int32(truncatingIfNeeded: b[index]) &* tap.fraction
      }
      var pixel = output.pointer(type) + target
      for column in columns.taps {
        let (left, right) = (mixed + column.lower &* channels, mixed + column.upper &* channels)
        let (before, after) = (Sum(1024 &- column.fraction), Sum(column.fraction))
        for channel in 0..<channels {
          let total = Sum(left[channel]) &* before &+ Sum(right[channel]) &* after
          let rounding: Sum = total > 0 ? 1 << 19 : -1 << 19
          pixel[channel] = Element(truncatingIfNeeded: (total &+ rounding) / (1 << 20))
        }
        pixel += channels
      }
    }
  }
}
