import Platform
import TFLite

/// The samples of a run. Each is read when it is first asked for, and kept if there is room.
///
/// Order, split and choices depend on the content of samples, so names and paths of files do not
/// matter.
package final class SampleSource: Sendable {
  package let count: Int
  /// The division of the samples into calibration samples and held-out samples.
  package let split: SampleSplit
  /// The known ranges of the inputs of subgraph 0, by position.
  package let inputRanges: [Int: ClosedRange<Float>]
  /// The class of each sample; nil where samples have no labels.
  package let classes: [Int]?
  private let read: @Sendable (Int) throws -> [DenseArray]
  private let memory: Mutex<Memory>

  private struct Memory {
    var arrays: [Int: [DenseArray]] = [:]
    var digests: [Int: UInt64] = [:]
    /// Bytes of arrays that may still be kept.
    var room: Int
    var reads = 0
  }

  /// The most samples that are kept. Searches use a few hundred. Keeping 10,000 clips of sound
  /// features takes 26 MiB more at the peak of int8.
  package static let mostKept = 2048

  /// `read` returns an array for each input, in the model's order; several threads call it. Samples
  /// that do not fit into `room` bytes, or beyond `mostKept`, are read again each time.
  package init(
    count: Int, split: SampleSplit = SampleSplit(holdout: 0),
    inputRanges: [Int: ClosedRange<Float>] = [:], classes: [Int]? = nil,
    room: Int = MemoryBudget().samples, read: @escaping @Sendable (Int) throws -> [DenseArray]
  ) {
    self.count = count
    self.split = split
    self.inputRanges = inputRanges
    self.classes = classes
    self.read = read
    memory = Mutex(Memory(room: room))
  }

  package static let none = SampleSource(count: 0) { _ in [] }

  /// The number of times that samples were read from their files.
  package var reads: Int { memory.withLock { $0.reads } }

  /// Throws what reading the sample throws.
  package func sample(_ index: Int) throws -> [DenseArray] {
    if let known = memory.withLock({ $0.arrays[index] }) { return known }
    let arrays = try read(index)
    let size = arrays.reduce(0) { $0 + $1.bytes.count }
    memory.withLock { memory in
      memory.reads += 1
      guard size <= memory.room, memory.arrays.count < Self.mostKept,
        memory.arrays[index] == nil
      else { return }
      memory.arrays[index] = arrays
      memory.room -= size
    }
    return arrays
  }

  /// Returns a digest of the sample's content. Throws what reading the sample throws.
  package func digest(_ index: Int) throws -> UInt64 {
    if let known = memory.withLock({ $0.digests[index] }) { return known }
    let digest = SampleDigest.of(try sample(index))
    memory.withLock { $0.digests[index] = digest }
    return digest
  }

  /// Returns the digests of all samples, computed on up to `threads` threads.
  package func digests(threads: Int = 1) throws -> [UInt64] {
    try Threads.inLanes(min(threads, count), over: 0..<count) { _, index in _ = try digest(index) }
    return try (0..<count).map(digest)
  }

  /// Returns the indices of the calibration samples, without duplicates, in an order that depends
  /// on their content alone.
  package func order(threads: Int = 1) throws -> [Int] {
    try order(ofCalibration: true, threads: threads)
  }

  /// Returns the indices of the held-out samples, in the same kind of order.
  package func heldOut(threads: Int = 1) throws -> [Int] {
    try order(ofCalibration: false, threads: threads)
  }

  private func order(ofCalibration isWanted: Bool, threads: Int) throws -> [Int] {
    let digests = try digests(threads: threads)
    var seen: Set<UInt64> = []
    return digests.indices
      .filter {
        split.isForCalibration(digests[$0]) == isWanted && seen.insert(digests[$0]).inserted
      }
      .sorted { digests[$0].byteSwapped < digests[$1].byteSwapped }
  }

  /// Returns a source of the same samples, converted again at each reading.
  package func mapping(
    _ convert: @escaping @Sendable ([DenseArray]) throws -> [DenseArray]
  ) -> SampleSource {
    SampleSource(
      count: count, split: split, inputRanges: inputRanges, classes: classes, room: 0
    ) { [self] index in
      try convert(sample(index))
    }
  }
}
