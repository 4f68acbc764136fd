/// A streaming DEFLATE compressor in pure Swift: zlib's lazy matching in about 350 KiB of memory.
///
/// The stream does not depend on how the input is cut into calls of `append`.
package struct DeflateEncoder: ~Copyable {
  private let memory = DeflateMemory()
  private let search: DeflateSearch
  private let lazyLength: Int
  private var sink: BitSink
  private var state = State()

  /// Positions are offsets into the window. 0 is not used, because it marks the end of a chain.
  private struct State {
    var position = 1
    var end = 1
    var blockStart = 1
    var tokenCount = 0
    var matchLength = 2
    var matchStart = 0
    /// Whether the byte before `position` waits until it is known if a longer match begins at
    /// `position`.
    var holdsByte = false
  }

  /// Without `keepsOutput` only the length of the stream is computed, which is faster.
  package init(level: DeflateLevel, keepsOutput: Bool) {
    search = DeflateSearch(memory, level: level)
    lazyLength = level.lazyLength
    sink = BitSink(keepsOutput: keepsOutput)
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The window is always filled before work starts: block limits must not depend on chunks.
      if state.end == DeflateMemory.capacity {
        compress(before: state.end - DeflateSearch.lookahead + 1)
        slide()
      }
      let chunk = UnsafeRawBufferPointer(
        rebasing: rest.prefix(DeflateMemory.capacity - state.end))
      guard let base = chunk.baseAddress else { return }
      (memory.window + state.end).copyMemory(from: base, byteCount: chunk.count)
      state.end += chunk.count
      rest = rest.dropFirst(chunk.count)
    }
  }

  /// Ends the stream. `bytes` is empty unless output is kept.
  ///
  /// Bytes that are appended afterwards begin a new stream.
  package mutating func finish() -> (count: Int, bytes: [UInt8]) {
    compress(before: state.end)
    if state.holdsByte { addLiteral(at: state.position - 1) }
    writeBlock(upTo: state.end, isLast: true)
    memory.clearHashes()
    state = State()
    return sink.finish()
  }

  private mutating func slide() {
    memory.slide()
    state.position -= DeflateMemory.windowSize
    state.end -= DeflateMemory.windowSize
    state.blockStart -= DeflateMemory.windowSize
    state.matchStart -= DeflateMemory.windowSize
  }

  private mutating func compress(before stop: Int) {
    while state.position < stop {
      let position = state.position
      let held = (length: state.matchLength, start: state.matchStart)
      findMatch(longerThan: held.length)
      if held.length >= DeflateCode.shortestMatch && state.matchLength <= held.length {
        addMatch(length: held.length, distance: position &- 1 &- held.start)
        skip(to: position &- 1 &+ held.length)
        state.holdsByte = false
        state.matchLength = 2
      } else {
        if state.holdsByte { addLiteral(at: position &- 1) }
        state.holdsByte = true
        state.position = position &+ 1
      }
      if state.tokenCount == DeflateMemory.tokenCapacity {
        writeBlock(upTo: state.position - (state.holdsByte ? 1 : 0), isLast: false)
      }
    }
  }

  @inline(__always)
  private mutating func findMatch(longerThan held: Int) {
    let position = state.position
    let available = state.end &- position
    state.matchLength = 2
    guard available >= DeflateCode.shortestMatch else { return }
    let first = search.insert(position)
    guard held < lazyLength, first > 0, position &- first <= DeflateSearch.farthest else { return }
    let match = search.longestMatch(
      at: position, first: first, longerThan: held, available: available)
    if match.length == DeflateCode.shortestMatch && match.length > held
      && position &- match.start > DeflateSearch.farthestShortMatch
    {
      return
    }
    state.matchLength = match.length
    state.matchStart = match.start
  }

  /// Moves to the byte after a match, and adds the positions inside it to their chains.
  @inline(__always)
  private mutating func skip(to end: Int) {
    var position = state.position &+ 1
    let last = min(end, state.end &- DeflateCode.shortestMatch &+ 1)
    while position < last {
      _ = search.insert(position)
      position &+= 1
    }
    state.position = end
  }

  @inline(__always)
  private mutating func addLiteral(at position: Int) {
    let byte = memory.window.load(fromByteOffset: position, as: UInt8.self)
    memory.tokens[state.tokenCount] = UInt32(byte)
    memory.symbolCounts[Int(byte)] &+= 1
    state.tokenCount &+= 1
  }

  @inline(__always)
  private mutating func addMatch(length: Int, distance: Int) {
    memory.tokens[state.tokenCount] = UInt32(truncatingIfNeeded: distance &<< 16 | length)
    memory.symbolCounts[DeflateCode.length(length).symbol] &+= 1
    memory.distanceCounts[DeflateCode.distance(distance).symbol] &+= 1
    state.tokenCount &+= 1
  }

  private mutating func writeBlock(upTo end: Int, isLast: Bool) {
    memory.symbolCounts[DeflateCode.endOfBlock] = 1
    let source =
      state.blockStart < 0
      ? nil
      : UnsafeRawBufferPointer(
        start: memory.window + state.blockStart, count: end - state.blockStart)
    let block = DeflateBlock(
      tokens: UnsafeBufferPointer(start: memory.tokens, count: state.tokenCount),
      source: source, isLast: isLast,
      symbolCounts: UnsafeBufferPointer(start: memory.symbolCounts, count: DeflateCode.symbols),
      distanceCounts: UnsafeBufferPointer(
        start: memory.distanceCounts, count: DeflateCode.distances),
      bitsBefore: sink.bitCount)
    block.write(to: &sink)
    memory.clearCounts()
    state.tokenCount = 0
    state.blockStart = end
  }
}
