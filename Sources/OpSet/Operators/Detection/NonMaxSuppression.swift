import Platform
import TFLite

extension OpKernel {
  static let nonMaxSuppressionV4 = nonMaxSuppression(isSoft: false)

  static let nonMaxSuppressionV5 = nonMaxSuppression(isSoft: true)

  /// If the limit is known, the outputs have that size, with zeros after the selected boxes. Else
  /// they have the size of the selection, which the preparation finds.
  private static func nonMaxSuppression(isSoft: Bool) -> OpKernel {
    OpKernel { preparation in
      let task = try SoftSuppression(preparation, isSoft: isSoft)
      let indices = try preparation.output(0)
      let chosen = isSoft ? try preparation.output(1) : nil
      let count = try preparation.output(isSoft ? 2 : 1)
      let isFixed = try preparation.input(2).isKnown
      let size = isFixed ? task.limit : try task.size(preparation)
      try preparation.setShape([size], ofOutput: 0)
      if isSoft { try preparation.setShape([size], ofOutput: 1) }
      try preparation.setShape([], ofOutput: isSoft ? 2 : 1)
      let memory = preparation.scratch(bytes: task.bytes)
      return .once {
        let found = try task.select(
          memory.base, indices: indices.pointer(Int32.self), scores: chosen?.floats)
        count.pointer(Int32.self)[0] = Int32(truncatingIfNeeded: found)
        for place in found..<max(found, indices.count) {
          indices.pointer(Int32.self)[place] = 0
          if let chosen { chosen.floats[place] = 0 }
        }
      }
    }
  }
}

/// Greedy selection of boxes, the best score first. A box that overlaps a selected box too much is
/// left out or, with sigma, its score is lowered (Bodla et al., "Soft-NMS", as in TensorFlow).
private struct SoftSuppression {
  let boxes: Value
  let scores: Value
  let overlap: Value
  let score: Value
  let sigma: Value?
  let limit: Int

  init(_ preparation: Preparation, isSoft: Bool) throws {
    boxes = try preparation.input(0)
    scores = try preparation.input(1)
    overlap = try preparation.input(3)
    score = try preparation.input(4)
    sigma = isSoft ? try preparation.input(5) : nil
    try preparation.requireType(boxes, .float32, what: "boxes")
    try preparation.requireType(scores, .float32, what: "scores")
    try preparation.require(
      boxes.rank == 2 && boxes.shape[1] == 4 && scores.shape == [boxes.shape[0]],
      "boxes of shape \(boxes.shape) do not fit scores of shape \(scores.shape)")
    for value in [overlap, score, sigma ?? score] {
      try preparation.require(
        value.type == .float32 && value.count == 1, "a threshold is not one float32")
    }
    limit = try preparation.sizes(2).first ?? 0
    try preparation.require(limit >= 0, "the number of boxes to select is \(limit)")
  }

  /// Returns the number of boxes that are selected from these inputs.
  func size(_ preparation: Preparation) throws -> Int {
    for index in preparation.inputs.indices { _ = try preparation.known(index) }
    let room = UnsafeMutableRawPointer.allocate(
      byteCount: bytes + scores.count * 4 + 64, alignment: 16)
    defer { room.deallocate() }
    return try select(
      room, indices: (room + bytes).assumingMemoryBound(to: Int32.self), scores: nil)
  }

  private struct Candidate {
    var index: Int32
    var score: Float
    /// The number of selected boxes that the score was already lowered for.
    var seen: Int32
  }

  /// Memory of a selection.
  var bytes: Int { (scores.count + 1) * MemoryLayout<Candidate>.stride }

  /// Returns the number of selected boxes; `indices` has room for as many as the limit.
  func select(
    _ memory: UnsafeMutableRawPointer, indices: UnsafeMutablePointer<Int32>,
    scores selected: UnsafeMutablePointer<Float>?
  ) throws -> Int {
    let (limitOverlap, limitScore) = (overlap.floats[0], score.floats[0])
    let sigma = sigma?.floats[0] ?? 0
    guard sigma >= 0 else { throw OperatorFault.invalid("sigma is \(sigma), below 0") }
    var queue = Queue(memory)
    for index in 0..<scores.count where scores.floats[index] > limitScore {
      queue.push(
        Candidate(index: Int32(truncatingIfNeeded: index), score: scores.floats[index], seen: 0))
    }
    let wanted = min(queue.count, limit)
    let scale = sigma > 0 ? -0.5 / sigma : 0
    var count = 0
    while count < wanted, var candidate = queue.pop() {
      let original = candidate.score
      var isSuppressed = false
      var other = count &- 1
      while other >= Int(candidate.seen) {
        let share = Box(boxes.floats, Int(candidate.index)).share(
          Box(boxes.floats, Int(indices[other])))
        if share >= limitOverlap {
          isSuppressed = true
          break
        }
        if sigma > 0 { candidate.score *= MathFunctions.exponential(scale * share * share) }
        if candidate.score <= limitScore { break }
        other &-= 1
      }
      candidate.seen = Int32(truncatingIfNeeded: count)
      if isSuppressed { continue }
      if candidate.score == original {
        indices[count] = candidate.index
        selected?[count] = candidate.score
        count &+= 1
      }
      // As in LiteRT, a selected box too: it comes back, overlaps itself, and is left out then,
      // unless it is empty.
      if candidate.score > limitScore { queue.push(candidate) }
    }
    return count
  }

  /// A heap with the best score on top; of equal scores the first box.
  private struct Queue {
    private let heap: UnsafeMutablePointer<Candidate>
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawPointer) {
      heap = memory.assumingMemoryBound(to: Candidate.self)
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
      heap[a].score > heap[b].score
        || (heap[a].score == heap[b].score && heap[a].index < heap[b].index)
    }

    mutating func push(_ candidate: Candidate) {
      heap[count] = candidate
      var child = count
      count &+= 1
      while child > 0, isBefore(child, (child &- 1) / 2) {
        swap(child, (child &- 1) / 2)
        child = (child &- 1) / 2
      }
    }

    mutating func pop() -> Candidate? {
      guard count > 0 else { return nil }
      let top = heap[0]
      count &-= 1
      heap[0] = heap[count]
      var parent = 0
      while 2 &* parent &+ 1 < count {
        var child = 2 &* parent &+ 1
        if child &+ 1 < count, isBefore(child &+ 1, child) { child &+= 1 }
        guard isBefore(child, parent) else { break }
        swap(parent, child)
        parent = child
      }
      return top
    }

    private func swap(_ a: Int, _ b: Int) { (heap[a], heap[b]) = (heap[b], heap[a]) }
  }
}

/// A box by two opposite corners.
struct Box {
  let y: (low: Float, high: Float)
  let x: (low: Float, high: Float)

  /// Reads the box whose corners are y, x, y, x.
  init(_ corners: UnsafePointer<Float>, _ index: Int) {
    let place = corners + 4 &* index
    y = (min(place[0], place[2]), max(place[0], place[2]))
    x = (min(place[1], place[3]), max(place[1], place[3]))
  }

  var area: Float { (y.high - y.low) * (x.high - x.low) }

  /// Returns the intersection over union; 0 if a box is empty.
  func share(_ other: Box) -> Float {
    let (mine, theirs) = (area, other.area)
    guard mine > 0, theirs > 0 else { return 0 }
    let common =
      max(min(y.high, other.y.high) - max(y.low, other.y.low), 0)
      * max(min(x.high, other.x.high) - max(x.low, other.x.low), 0)
    return common / (mine + theirs - common)
  }
}
