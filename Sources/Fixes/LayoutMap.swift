import Optimizer

/// How the axes of tensors inside an island stand in the layout outside: each outer axis is an inner one, or
/// has size 1.
struct LayoutMap: Equatable {
  /// For each outer axis, the inner one; nil for sizes of 1.
  let places: [Int?]
  let innerRank: Int

  /// Returns the shape outside of a tensor inside; nil if an axis without a place is not 1.
  func outside(_ shape: [Int]) -> [Int]? {
    guard shape.count == innerRank,
      shape.indices.allSatisfy({ shape[$0] == 1 || places.contains($0) })
    else { return nil }
    return places.map { $0.map { shape[$0] } ?? 1 }
  }

  /// Returns the outer axis of an inner one.
  func axis(_ inner: Int) -> Int? {
    places.firstIndex(of: inner < 0 ? inner + innerRank : inner)
  }

  /// Returns values for the inner axes in the order of the outer ones.
  func values(_ inner: [Int], elsewhere: Int) -> [Int] {
    places.map { $0.map { inner[$0] } ?? elsewhere }
  }

  /// Whether axes keep their order, so that elements do too.
  var keepsOrder: Bool {
    let kept = places.compactMap(\.self)
    return kept == kept.sorted()
  }
}
