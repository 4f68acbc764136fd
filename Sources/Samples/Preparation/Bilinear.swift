/// Resizes to any size between pixel centers, as the runtime's RESIZE_BILINEAR does with
/// `half_pixel_centers`: the same float operations in the same order, without smoothing.
///
/// Source: tensorflow/lite/kernels/internal/reference/resize_bilinear.h.
enum Bilinear {
  /// The positions of the source values along one axis.
  struct Axis {
    let lower: [Int]
    let upper: [Int]
    /// The distance from `lower`, from 0 to 1.
    let weight: [Float]

    init(from source: Int, to target: Int) {
      let scale = Float(source) / Float(target)
      let places = (0..<target).map { (Float($0) + 0.5) * scale - 0.5 }
      lower = places.map { max(Int($0.rounded(.down)), 0) }
      upper = places.map { min(Int($0.rounded(.up)), source - 1) }
      weight = zip(places, lower).map { $0 - Float($1) }
    }
  }

  /// `sample` gives the value of a channel of the pixel at an index, counted row by row. Returns rows
  /// of pixels of `channels` values.
  @inline(__always)
  static func resize(
    width: Int, height: Int, to size: (width: Int, height: Int), channels: Int,
    _ sample: (_ pixel: Int, _ channel: Int) -> Float
  ) -> [Float] {
    let columns = Axis(from: width, to: size.width)
    let rows = Axis(from: height, to: size.height)
    let count = size.width * size.height * channels
    return [Float](unsafeUninitializedCapacity: count) { target, filled in
      var place = 0
      for y in 0..<size.height {
        let (above, below) = (rows.lower[y] * width, rows.upper[y] * width)
        let dy = rows.weight[y]
        for x in 0..<size.width {
          let (left, right, dx) = (columns.lower[x], columns.upper[x], columns.weight[x])
          for channel in 0..<channels {
            target[place] =
              sample(above &+ left, channel) * (1 - dy) * (1 - dx)
              + sample(below &+ left, channel) * dy * (1 - dx)
              + sample(above &+ right, channel) * (1 - dy) * dx
              + sample(below &+ right, channel) * dy * dx
            place &+= 1
          }
        }
      }
      filled = count
    }
  }
}
