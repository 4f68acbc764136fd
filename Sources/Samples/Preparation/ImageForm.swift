import TFLite

/// The conversion of images to the values of one input: size, channels, order and numbers.
///
/// The whole image is scaled to the input's size. Alpha is dropped, not blended.
struct ImageForm {
  /// The conversion of a picture's channels.
  enum Channels: String {
    case gray
    case rgb = "RGB"
    case bgr = "BGR"
    case rgba = "RGBA"
    case bgra = "BGRA"
    /// The same gray value in three channels.
    case grayThrice = "gray in 3 channels"
  }

  let input: SampleInput
  let geometry: ImageGeometry
  let channels: Channels
  let numbers: NumberForm

  /// The failure says why the input takes no images.
  init(_ input: SampleInput) throws(Unfit) {
    self.input = input
    let options = input.preparation.options
    let geometry = try ImageGeometry(input.sizes, layout: options.layout, color: options.color)
    self.geometry = geometry
    switch (geometry.channels, options.color) {
    case (1, nil), (1, .gray): channels = .gray
    case (3, nil), (3, .rgb): channels = .rgb
    case (3, .bgr): channels = .bgr
    case (3, .gray): channels = .grayThrice
    case (4, nil), (4, .rgb): channels = .rgba
    case (4, .bgr): channels = .bgra
    case (let count, let color):
      throw Unfit.otherChannels(count, color: color)
    }
    guard let numbers = NumberForm(pixelsFor: input) else {
      throw Unfit.pixels(input.type)
    }
    guard numbers.fits(channels: geometry.channels) else {
      throw Unfit.numbers(
        mean: numbers.mean.count, std: numbers.std.count, channels: geometry.channels)
    }
    self.numbers = numbers
  }

  func array(of picture: Picture) throws(Unfit) -> DenseArray {
    let size = try geometry.size(for: picture)
    let values = values(of: picture, size)
    let bytes = numbers.bytes(of: values, channels: geometry.channels)
    let shape = geometry.shape(width: size.width, height: size.height)
    guard geometry.isPlanar else { return DenseArray(input.type, shape: shape, bytes: bytes) }
    return DenseArray(input.type, shape: shape, bytes: planar(bytes, size.width * size.height))
  }

  /// Pixels after resizing, from 0 to 255.
  private func values(of picture: Picture, _ size: (width: Int, height: Int)) -> [Float] {
    let count = geometry.channels
    let isGray = picture.channels <= 2
    let step = picture.channels
    let alpha = step == 2 ? 1 : 3
    let hasAlpha = step == 2 || step == 4
    return picture.pixels.withUnsafeBufferPointer { pixels in
      func resized(_ sample: (_ start: Int, _ channel: Int) -> Float) -> [Float] {
        Bilinear.resize(
          width: picture.width, height: picture.height, to: size, channels: count
        ) { pixel, channel in sample(pixel &* step, channel) }
      }
      switch channels {
      case .gray where isGray, .grayThrice where isGray, .rgb where isGray, .bgr where isGray:
        return resized { start, _ in Float(pixels[start]) }
      case .gray, .grayThrice:
        return resized { start, _ in
          Float(Self.luma(pixels[start], pixels[start &+ 1], pixels[start &+ 2]))
        }
      case .rgb: return resized { start, channel in Float(pixels[start &+ channel]) }
      case .bgr: return resized { start, channel in Float(pixels[start &+ 2 &- channel]) }
      case .rgba, .bgra:
        let isReversed = channels == .bgra
        return resized { start, channel in
          if channel == 3 { return hasAlpha ? Float(pixels[start &+ alpha]) : 255 }
          return Float(pixels[isGray ? start : start &+ (isReversed ? 2 &- channel : channel)])
        }
      }
    }
  }

  /// Returns the gray value by ITU-R 601 in 16-bit fixed point, as Pillow's convert("L").
  @inline(__always)
  static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum = Int(red) &* 19595 &+ Int(green) &* 38470 &+ Int(blue) &* 7471 &+ 0x8000
    return UInt8(truncatingIfNeeded: sum >> 16)
  }

  /// Converts interleaved channels to one plane for each.
  private func planar(_ bytes: [UInt8], _ pixels: Int) -> [UInt8] {
    let channels = geometry.channels
    let element = bytes.count / max(pixels * channels, 1)
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, filled in
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          let source = (pixel &* channels &+ channel) &* element
          let place = (channel &* pixels &+ pixel) &* element
          for byte in 0..<element { target[place &+ byte] = bytes[source &+ byte] }
        }
      }
      filled = bytes.count
    }
  }

  /// A sentence that says what happens to images, and which source asks for it if known.
  var sentence: String {
    let color = "images become \(channels.rawValue)\(geometry.sizeText)"
    return "input '\(input.name)': \(color), \(numbers.text(ofPixels: true))"
  }
}
