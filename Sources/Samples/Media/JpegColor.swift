/// Converts component planes to pixels: upsampling and color conversion give the same bits as
/// libjpeg.
///
/// Source: jdsample.c ("fancy" upsampling) and jdcolor.c of libjpeg-turbo.
struct JpegColor {
  /// A component's samples.
  struct Plane {
    let samples: UnsafePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int
    /// The number of pixels that a sample covers in a row.
    let across: Int
    let down: Int
  }

  let width: Int
  let height: Int
  let planes: [Plane]
  let isYCbCr: Bool

  func picture() -> Picture {
    // CMYK becomes RGB.
    let channels = min(planes.count, 3)
    let count = width * height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      guard let target = target.baseAddress else { return }
      // Rows have room for whole samples at the right end.
      let room = width + 8
      let rows = UnsafeMutablePointer<UInt8>.allocate(capacity: planes.count * room)
      let sums = UnsafeMutablePointer<Int32>.allocate(capacity: room)
      defer {
        rows.deallocate()
        sums.deallocate()
      }
      for y in 0..<height {
        let line = target + y * width * channels
        for (index, plane) in planes.enumerated() {
          Self.upsample(plane, y, into: channels == 1 ? line : rows + index * room, sums, width)
        }
        if channels == 3 { convert(rows, room, into: line) }
      }
      filled = count
    }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Converts a row of each plane, `room` apart, to a row of RGB pixels.
  private func convert(
    _ rows: UnsafeMutablePointer<UInt8>, _ room: Int, into line: UnsafeMutablePointer<UInt8>
  ) {
    if isYCbCr {
      Self.convert(rows, rows + room, rows + 2 * room, into: line, width)
    } else {
      for x in 0..<width {
        for channel in 0..<3 { line[3 &* x &+ channel] = rows[channel &* room &+ x] }
      }
    }
    if planes.count == 4 { Self.addBlack(rows + 3 * room, isYCbCr: isYCbCr, to: line, width) }
  }

  // MARK: Upsampling

  /// Writes a row of the image; `target` has room for `width` samples and, if there are several
  /// components, up to seven more.
  private static func upsample(
    _ plane: Plane, _ y: Int, into target: UnsafeMutablePointer<UInt8>,
    _ sums: UnsafeMutablePointer<Int32>, _ width: Int
  ) {
    let row = y / plane.down
    let near = plane.samples + row * plane.stride
    // The neighbouring row on the other side; at the edge the row itself.
    let other = y % plane.down == 0 ? max(row - 1, 0) : min(row + 1, plane.height - 1)
    let far = plane.samples + other * plane.stride
    switch (plane.across, plane.down) {
    case (1, 1): target.update(from: near, count: min(width, plane.width))
    case (1, 2):
      let bias: Int32 = y % 2 == 0 ? 1 : 2
      for x in 0..<plane.width {
        let sum = Int32(near[x]) &* 3 &+ Int32(far[x]) &+ bias
        target[x] = UInt8(truncatingIfNeeded: sum &>> 2)
      }
    case (2, 1) where plane.width > 2: spreadRow(near, plane.width, into: target)
    case (2, 2) where plane.width > 2:
      for x in 0..<plane.width { sums[x] = Int32(near[x]) &* 3 &+ Int32(far[x]) }
      spreadSums(sums, plane.width, into: target)
    default:
      for x in 0..<width { target[x] = near[x / plane.across] }
    }
  }

  private static func spreadRow(
    _ row: UnsafePointer<UInt8>, _ count: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    @inline(__always) func at(_ index: Int) -> Int32 { Int32(row[index]) }
    target[0] = row[0]
    target[1] = UInt8(truncatingIfNeeded: (at(0) &* 3 &+ at(1) &+ 2) &>> 2)
    for x in 1..<count - 1 {
      let value = at(x) &* 3
      target[2 &* x] = UInt8(truncatingIfNeeded: (value &+ at(x &- 1) &+ 1) &>> 2)
      target[2 &* x &+ 1] = UInt8(truncatingIfNeeded: (value &+ at(x &+ 1) &+ 2) &>> 2)
    }
    let last = count - 1
    target[2 * last] = UInt8(truncatingIfNeeded: (at(last) &* 3 &+ at(last - 1) &+ 1) &>> 2)
    target[2 * last + 1] = row[last]
  }

  private static func spreadSums(
    _ sums: UnsafePointer<Int32>, _ count: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    target[0] = UInt8(truncatingIfNeeded: (sums[0] &* 4 &+ 8) &>> 4)
    target[1] = UInt8(truncatingIfNeeded: (sums[0] &* 3 &+ sums[1] &+ 7) &>> 4)
    for x in 1..<count - 1 {
      let value = sums[x] &* 3
      target[2 &* x] = UInt8(truncatingIfNeeded: (value &+ sums[x &- 1] &+ 8) &>> 4)
      target[2 &* x &+ 1] = UInt8(truncatingIfNeeded: (value &+ sums[x &+ 1] &+ 7) &>> 4)
    }
    let last = count - 1
    target[2 * last] = UInt8(truncatingIfNeeded: (sums[last] &* 3 &+ sums[last - 1] &+ 8) &>> 4)
    target[2 * last + 1] = UInt8(truncatingIfNeeded: (sums[last] &* 4 &+ 7) &>> 4)
  }

  // MARK: Color

  /// JFIF's YCbCr to RGB in 16-bit fixed point.
  private static func convert(
    _ luma: UnsafePointer<UInt8>, _ blue: UnsafePointer<UInt8>, _ red: UnsafePointer<UInt8>,
    into target: UnsafeMutablePointer<UInt8>, _ width: Int
  ) {
    for x in 0..<width {
      let y = Int32(luma[x])
      let cb = Int32(blue[x]) &- 128
      let cr = Int32(red[x]) &- 128
      let r = y &+ (cr &* 91881 &+ 32768) &>> 16
      let g = y &+ (cr &* -46802 &+ cb &* -22554 &+ 32768) &>> 16
      let b = y &+ (cb &* 116_130 &+ 32768) &>> 16
      target[3 &* x] = UInt8(truncatingIfNeeded: max(0, min(255, r)))
      target[3 &* x &+ 1] = UInt8(truncatingIfNeeded: max(0, min(255, g)))
      target[3 &* x &+ 2] = UInt8(truncatingIfNeeded: max(0, min(255, b)))
    }
  }

  /// Converts a row of CMYK to RGB. Files have inverted values, as Adobe's programs write them; what
  /// YCCK gives as RGB are the inks themselves. A file without Adobe's mark is read alike.
  ///
  /// Source: JpegImagePlugin.py and Convert.c (`cmyk2rgb`) of Pillow.
  private static func addBlack(
    _ black: UnsafePointer<UInt8>, isYCbCr: Bool, to target: UnsafeMutablePointer<UInt8>,
    _ width: Int
  ) {
    for x in 0..<width {
      let white = Int32(black[x])
      for place in 3 &* x..<3 &* x &+ 3 {
        let ink = isYCbCr ? Int32(target[place]) : 255 &- Int32(target[place])
        // ink · white / 255, rounded.
        let product = ink &* white &+ 128
        target[place] = UInt8(truncatingIfNeeded: white &- (product &>> 8 &+ product) &>> 8)
      }
    }
  }
}
