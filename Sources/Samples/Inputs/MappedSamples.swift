import Platform

extension MappedFile {
  /// Linux maps so many bytes around one that is touched; smaller pages divide it.
  private static let mappedAtOnce = 1 << 16

  /// Files up to this size stay mapped, in bytes.
  private static let mostKept = 1 << 24

  /// Gives back what was mapped for reading `range` of a large file, neighbors included: samples are
  /// smaller than pages, and what is needed again is mapped again.
  func releaseAround(_ range: Range<Int>) {
    guard bytes.count > Self.mostKept else { return }
    let end = (range.upperBound + Self.mappedAtOnce - 1) / Self.mappedAtOnce
    release(
      range.lowerBound / Self.mappedAtOnce * Self.mappedAtOnce..<end * Self.mappedAtOnce)
  }
}
