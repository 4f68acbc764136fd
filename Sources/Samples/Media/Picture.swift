/// An image as samples of eight bits, rows from the top, pixels from the left.
struct Picture: Equatable, Sendable {
  let width: Int
  let height: Int
  /// 1: gray, 2: gray and alpha, 3: RGB, 4: RGB and alpha.
  let channels: Int
  let pixels: [UInt8]
  /// How the pixels are stored, as EXIF counts it; 1 is upright.
  var orientation = 1

  /// The most pixels that are decoded; a photo has 12 to 50 million.
  static let maxPixels = 1 << 27

  /// Refuses sizes without pixels and those beyond `maxPixels`.
  static func check(
    width: Int, height: Int, _ cursor: ByteCursor
  ) throws(MediaProblem) {
    guard width > 0, height > 0 else { throw cursor.corrupt("it is \(width) × \(height) pixels") }
    guard width <= maxPixels / height else {
      throw cursor.problem(.tooLarge(width: width, height: height))
    }
  }
}
