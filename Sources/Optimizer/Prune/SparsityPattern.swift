/// Which weights may become zero together. Groups and blocks run along the input channels of a
/// filter tap, the last axis of TFLite's filters ([O, H, W, I]).
package enum SparsityPattern: Hashable, Sendable {
  case unstructured
  /// At most `kept` of each `of` neighbours stay. A shorter last group counts as if filled with
  /// zeros.
  case group(kept: Int, of: Int)
  /// Blocks of `size` neighbours stay or become zero. A shorter last block counts as one.
  case block(size: Int)

  /// As the user writes it: "unstructured", "2:4", "block:1x4", "block:1x16".
  package init?(_ text: String) {
    if text == "unstructured" {
      self = .unstructured
      return
    }
    if let size = ["block:1x4": 4, "block:1x16": 16][text] {
      self = .block(size: size)
      return
    }
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let kept = numbers[0], let all = numbers[1], kept > 0, all > kept,
      all <= 256
    else { return nil }
    self = .group(kept: kept, of: all)
  }

  package var text: String {
    switch self {
    case .unstructured: "unstructured"
    case .group(let kept, let all): "\(kept):\(all)"
    case .block(let size): "block:1x\(size)"
    }
  }

  /// The sparsity that the pattern itself implies.
  package var ownSparsity: Double? {
    guard case .group(let kept, let all) = self else { return nil }
    return 1 - Double(kept) / Double(all)
  }

  /// Returns how many weights of a matrix become zero at a sparsity.
  func zeros(_ sparsity: Double, of shape: MatrixShape) -> Int {
    guard case .group(let kept, let all) = self else {
      return Int((sparsity * Double(shape.count)).rounded())
    }
    let runs = shape.count / max(shape.channels, 1)
    let last = max(0, shape.channels % all - kept)
    return runs * (shape.channels / all * (all - kept) + last)
  }

  /// Fills `keep` with 1 for the greatest scores, so that `zeros` weights become zero (blocks: the
  /// nearest number of whole blocks). Of equal scores the later ones stay.
  func choose(
    _ scores: UnsafePointer<Float>, _ shape: MatrixShape, zeros: Int,
    _ keep: UnsafeMutablePointer<UInt8>
  ) {
    switch self {
    case .unstructured:
      LeastScores.drop(zeros, of: .init(start: scores, count: shape.count), keep)
    case .group(let kept, let all):
      shape.forEachGroup(all) { first, count in
        Self.keep(min(kept, count), of: scores + first, count, keep + first)
      }
    case .block(let size):
      var sums: [Float] = []
      shape.forEachGroup(size) { first, count in
        var sum: Float = 0
        for index in first..<first + count { sum += scores[index] }
        sums.append(sum)
      }
      let share = Double(zeros) / Double(max(shape.count, 1))
      let dropped = Int((share * Double(sums.count)).rounded())
      var stays = [UInt8](repeating: 1, count: sums.count)
      sums.withUnsafeBufferPointer { LeastScores.drop(dropped, of: $0, &stays) }
      var block = 0
      shape.forEachGroup(size) { first, count in
        (keep + first).update(repeating: stays[block], count: count)
        block += 1
      }
    }
  }

  private static func keep(
    _ kept: Int, of scores: UnsafePointer<Float>, _ count: Int,
    _ keep: UnsafeMutablePointer<UInt8>
  ) {
    keep.update(repeating: 0, count: count)
    for _ in 0..<kept {
      var best = -1
      for index in 0..<count where keep[index] == 0 {
        if best < 0 || scores[index] > scores[best] { best = index }
      }
      if best >= 0 { keep[best] = 1 }
    }
  }
}

/// A weight's matrix: its size, and the number of adjacent input channels of a tap.
struct MatrixShape: Hashable, Sendable {
  let rows: Int
  let columns: Int
  let channels: Int

  var count: Int { rows * columns }

  /// Calls `body` with the first element and the size of each group of up to `size` channels.
  func forEachGroup(_ size: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    for run in stride(from: 0, to: count, by: channels) {
      for first in stride(from: 0, to: channels, by: size) {
        body(run + first, min(size, channels - first))
      }
    }
  }
}
