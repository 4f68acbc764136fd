/// One group of a PNG image's pixels: all, or one of the seven passes of Adam7.
struct PngPass {
  let width: Int
  let height: Int
  let left: Int
  let top: Int
  let stepX: Int
  let stepY: Int
  /// Bytes of a row, without the byte of its filter.
  let rowBytes: Int

  var byteCount: Int { width == 0 ? 0 : height * (rowBytes + 1) }

  static func all(of header: PngHeader) -> [PngPass] {
    // Left, top and steps of the passes, PNG specification 8.2.
    let passes =
      header.isInterlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    return passes.map { left, top, stepX, stepY in
      let width = max(0, header.width - left + stepX - 1) / stepX
      return PngPass(
        width: width, height: max(0, header.height - top + stepY - 1) / stepY, left: left, top: top,
        stepX: stepX, stepY: stepY, rowBytes: (width * header.bitsPerPixel + 7) / 8)
    }
  }
}

/// Turns the filtered rows of a PNG image into pixels.
struct PngRows {
  let header: PngHeader
  let passes: [PngPass]
  let cursor: ByteCursor

  /// `rows` has the bytes of all passes; it is filtered in place.
  func picture(_ rows: inout [UInt8]) throws(MediaProblem) -> Picture {
    let channels = header.channels
    let count = header.width * header.height * channels
    var wrongFilter: UInt8?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      rows.withUnsafeMutableBufferPointer { rows in
        guard let rows = rows.baseAddress, let target = target.baseAddress else { return }
        wrongFilter = decode(rows, into: target, channels: channels)
      }
      filled = wrongFilter == nil ? count : 0
    }
    if let wrongFilter { throw cursor.corrupt("a row has the unknown filter \(wrongFilter)") }
    return Picture(
      width: header.width, height: header.height, channels: channels, pixels: pixels)
  }

  /// Returns the number of an unknown filter, or nil if all are known.
  private func decode(
    _ rows: UnsafeMutablePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int
  ) -> UInt8? {
    let unit = max(1, header.bitsPerPixel / 8)
    let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: header.width * channels)
    defer { scratch.deallocate() }
    var row = rows
    for pass in passes where pass.width > 0 {
      for y in 0..<pass.height {
        let above = y == 0 ? nil : row - pass.rowBytes
        let filter = row[0]
        guard filter <= 4 else { return filter }
        Self.unfilter(filter, row + 1, above: above, count: pass.rowBytes, unit: unit)
        let line = target + (pass.top + y * pass.stepY) * header.width * channels
        if pass.stepX == 1 {
          expand(row + 1, pass.width, into: line)
        } else {
          expand(row + 1, pass.width, into: scratch)
          for x in 0..<pass.width {
            let place = line + (pass.left + x * pass.stepX) * channels
            for channel in 0..<channels { place[channel] = scratch[x &* channels &+ channel] }
          }
        }
        row += pass.rowBytes + 1
      }
    }
    return nil
  }

  // MARK: Filters

  /// PNG specification 9.2. `above` is the row before, already done; nil stands for zeros.
  private static func unfilter(
    _ filter: UInt8, _ row: UnsafeMutablePointer<UInt8>, above: UnsafeMutablePointer<UInt8>?,
    count: Int, unit: Int
  ) {
    switch (filter, above) {
    case (1, _), (4, nil):
      // Without a previous row, Paeth's predictor is the byte to the left.
      for index in stride(from: unit, to: count, by: 1) { row[index] &+= row[index &- unit] }
    case (2, let above?):
      for index in 0..<count { row[index] &+= above[index] }
    case (3, let above):
      for index in 0..<count {
        let left = index < unit ? 0 : Int(row[index &- unit])
        let up = above.map { Int($0[index]) } ?? 0
        row[index] &+= UInt8(truncatingIfNeeded: (left &+ up) >> 1)
      }
    case (4, let above?):
      for index in 0..<min(unit, count) { row[index] &+= above[index] }
      for index in stride(from: unit, to: count, by: 1) {
        row[index] &+= paeth(row[index &- unit], above[index], above[index &- unit])
      }
    default: break
    }
  }

  @inline(__always)
  private static func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let toA = Int32(b) &- Int32(c)
    let toB = Int32(a) &- Int32(c)
    let toC = abs(toA &+ toB)
    if abs(toA) <= abs(toB) && abs(toA) <= toC { return a }
    return abs(toB) <= toC ? b : c
  }

  // MARK: Samples

  /// Writes the pixels of a row as samples of eight bits.
  private func expand(
    _ row: UnsafePointer<UInt8>, _ width: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    if header.color == .palette {
      expandPalette(row, width, into: target)
    } else if let key = header.transparent {
      expandTransparent(row, width, key, into: target)
    } else {
      expandPlain(row, width * header.color.channels, into: target)
    }
  }

  private func expandPlain(
    _ row: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    switch header.depth {
    case 8: target.update(from: row, count: count)
    case 16: for index in 0..<count { target[index] = row[2 &* index] }
    default:
      let factor = 255 / (1 << header.depth - 1)
      for index in 0..<count {
        target[index] = UInt8(truncatingIfNeeded: sample(row, index) &* factor)
      }
    }
  }

  private func expandPalette(
    _ row: UnsafePointer<UInt8>, _ width: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    let channels = header.channels
    header.palette.withUnsafeBufferPointer { palette in
      for x in 0..<width {
        let entry = 4 &* sample(row, x)
        for channel in 0..<channels { target[x &* channels &+ channel] = palette[entry &+ channel] }
      }
    }
  }

  private func expandTransparent(
    _ row: UnsafePointer<UInt8>, _ width: Int, _ key: [Int],
    into target: UnsafeMutablePointer<UInt8>
  ) {
    let factor = header.depth < 8 ? 255 / (1 << header.depth - 1) : 1
    let shift = header.depth == 16 ? 8 : 0
    for x in 0..<width {
      var isKey = true
      let place = target + x &* (key.count &+ 1)
      for channel in key.indices {
        let value = sample(row, x &* key.count &+ channel)
        isKey = isKey && value == key[channel]
        place[channel] = UInt8(truncatingIfNeeded: value >> shift &* factor)
      }
      place[key.count] = isKey ? 0 : 255
    }
  }

  /// Returns the sample at `index` of a row, unscaled.
  @inline(__always)
  private func sample(_ row: UnsafePointer<UInt8>, _ index: Int) -> Int {
    switch header.depth {
    case 8: return Int(row[index])
    case 16: return Int(row[2 &* index]) << 8 | Int(row[2 &* index &+ 1])
    default:
      let bit = index &* header.depth
      let shift = 8 &- header.depth &- bit & 7
      return Int(row[bit >> 3]) >> shift & (1 << header.depth &- 1)
    }
  }
}
