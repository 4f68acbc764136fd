import Platform

extension MappedFile {
  /// Linux maps this many bytes around one that is touched. The size is a multiple of the page
  /// size.
  private static let mappedAtOnce = 1 << 16

  /// Files up to this size stay mapped, in bytes.
  private static let mostKept = 1 << 24

  /// Unmaps the pages that reading `range` of a large file has mapped, with their neighbors:
  /// samples are smaller than pages. Pages that are needed again are mapped again.
  func releaseAround(_ range: Range<Int>) {
    guard bytes.count > Self.mostKept else { return }
    let end = (range.upperBound + Self.mappedAtOnce - 1) / Self.mappedAtOnce
    release(
      range.lowerBound / Self.mappedAtOnce * Self.mappedAtOnce..<end * Self.mappedAtOnce)
  }
}
