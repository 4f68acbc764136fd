/// Collects the statistics of a stream of elements in at most 64 MB, whatever its length.
package struct ByteStatisticsCounter: Sendable {
  /// The greatest number of different 4-byte patterns that are counted exactly.
  package static let distinctLimit = 1 << 22

  private let kind: ElementKind
  private let distinctLimit: Int
  private var tally: ElementTally
  /// The first bytes of an element that continues in the next chunk.
  private var partial: [UInt8] = []

  /// Returns nil for integers that are not 1, 2, 4 or 8 bytes wide.
  package init?(kind: ElementKind) {
    self.init(kind: kind, distinctLimit: Self.distinctLimit)
  }

  init?(kind: ElementKind, distinctLimit: Int) {
    guard [1, 2, 4, 8].contains(kind.byteCount) else { return nil }
    self.kind = kind
    self.distinctLimit = distinctLimit
    tally = ElementTally(kind: kind, distinctLimit: distinctLimit)
  }

  /// Adds bytes; an element may continue in the next call.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let width = kind.byteCount
    var rest = bytes[...]
    if !partial.isEmpty {
      let head = rest.prefix(width - partial.count)
      partial.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard partial.count == width else { return }
      partial.withUnsafeBytes { tally.add($0) }
      partial = []
    }
    let whole = rest.prefix(rest.count / width * width)
    tally.add(UnsafeRawBufferPointer(rebasing: whole))
    partial.append(contentsOf: rest.dropFirst(whole.count))
  }

  /// Returns the statistics of all whole elements; a part of one at the end is not counted.
  ///
  /// Bytes that are appended afterwards begin a new stream.
  package mutating func finish() -> ByteStatistics {
    let statistics = tally.statistics
    partial = []
    tally = ElementTally(kind: kind, distinctLimit: distinctLimit)
    return statistics
  }
}
