/// Offsets that stages read.
final class TapOffsets {
  let base: UnsafeMutablePointer<Int>
  let count: Int

  init(_ offsets: [Int]) {
    count = offsets.count
    base = .allocate(capacity: max(1, count))
    base.initialize(from: offsets, count: count)
  }

  deinit { base.deallocate() }
}
