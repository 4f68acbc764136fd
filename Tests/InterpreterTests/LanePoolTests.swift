import Platform
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// How many interpreters run samples at once, and that each index is run once.
@Suite struct LanePoolTests {
  private final class Single: Lane, @unchecked Sendable {
    let interpreters: [Interpreter]
    init(_ interpreter: Interpreter) { interpreters = [interpreter] }
  }

  private func pool(threads: Int, most: Int, maxMemory: Int) throws -> LanePool<Single> {
    let file = try Fixtures.open("digits_cnn")
    var options = Interpreter.Options()
    options.threads = threads
    options.maxMemory = maxMemory
    return try LanePool(options, most: most) { Single(try Interpreter(file, options: $0)) }
  }

  @Test func `There are as many lanes as threads, samples and memory allow`() throws {
    let bytes = try pool(threads: 1, most: 1, maxMemory: 1 << 30).lanes[0].interpreters[0]
      .arenaBytes
    #expect(bytes > 1000)
    #expect(try pool(threads: 4, most: 9, maxMemory: 1 << 30).lanes.count == 4)
    #expect(try pool(threads: 4, most: 3, maxMemory: 1 << 30).lanes.count == 3)
    // A sixteenth of the memory is for lanes.
    #expect(try pool(threads: 4, most: 9, maxMemory: 16 * 2 * bytes + 16).lanes.count == 2)
    #expect(try pool(threads: 4, most: 9, maxMemory: 31 * bytes).lanes.count == 1)
  }

  @Test(arguments: [1, 3]) func `Each index is run once, by one lane at a time`(threads: Int) throws
  {
    let pool = try pool(threads: threads, most: 8, maxMemory: 1 << 30)
    let seen = Mutex<[Int: Int]>([:])
    try pool.forEach(0..<50) { _, index in seen.withLock { $0[index, default: 0] += 1 } }
    #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, 1) }))
  }
}
