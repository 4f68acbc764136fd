/// Places blocks of known lifetimes in one piece of memory, so that dead ones make room.
///
/// Greedy by size: the largest block first, each at the lowest place that is free during its whole
/// life. Within a few percent of the optimum on real networks (Pisarchyk and Lee, "Efficient memory
/// management for deep neural net inference").
struct ArenaPlan {
  struct Block {
    var bytes: Int
    /// The first and the last operator that need the block.
    var first: Int
    var last: Int
  }

  /// The offset of each block in bytes, a multiple of 64.
  private(set) var offsets: [Int]
  private(set) var byteCount = 0

  /// Bytes after a block's end that kernels may read.
  static let slack = 64

  init(_ blocks: [Block]) {
    offsets = Array(repeating: 0, count: blocks.count)
    let sizes = blocks.map { ($0.bytes + Self.slack + 63) / 64 * 64 }
    let order = blocks.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    // Sorted by offset.
    var placed: [Int] = []
    for index in order {
      let block = blocks[index]
      var offset = 0
      for other in placed
      where blocks[other].first <= block.last && block.first <= blocks[other].last {
        if offsets[other] >= offset + sizes[index] { break }
        offset = max(offset, offsets[other] + sizes[other])
      }
      offsets[index] = offset
      byteCount = max(byteCount, offset + sizes[index])
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(index, at: position)
    }
  }
}
