/// A box of elements in two layouts. Strides and offsets count elements; a source stride of 0
/// repeats, a negative one reverses.
struct StridedBox {
  var sizes: [Int]
  var source: [Int]
  var target: [Int]
  var sourceOffset = 0
  var targetOffset = 0

  /// Elements of a dense tensor; `Int.max` where they are too many to count.
  static func count(_ shape: [Int]) -> Int {
    shape.reduce(1) {
      let (product, overflow) = $0.multipliedReportingOverflow(by: $1)
      return overflow ? Int.max : product
    }
  }

  /// Strides of a dense tensor.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Returns the whole of a dense tensor, as it stands.
  static func whole(_ count: Int) -> StridedBox {
    StridedBox(sizes: [count], source: [1], target: [1])
  }

  /// Returns a box that repeats one element.
  static func filled(_ count: Int, at offset: Int = 0) -> StridedBox {
    StridedBox(sizes: [count], source: [0], target: [1], targetOffset: offset)
  }

  /// Returns a box of `sizes` between dense tensors, from `begin` in the source to `end` in the
  /// target.
  static func window(
    _ sizes: [Int], of source: [Int], at begin: [Int], in target: [Int], at place: [Int]
  ) -> StridedBox {
    let (from, to) = (strides(source), strides(target))
    return StridedBox(
      sizes: sizes, source: from, target: to,
      sourceOffset: zip(begin, from).reduce(0) { $0 + $1.0 * $1.1 },
      targetOffset: zip(place, to).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// Returns the box between a source and a dense target whose dimensions are those of the source
  /// in another order.
  static func transposed(_ shape: [Int], _ order: [Int]) -> StridedBox {
    let from = strides(shape)
    let sizes = order.map { shape[$0] }
    return StridedBox(sizes: sizes, source: order.map { from[$0] }, target: strides(sizes))
  }
}
