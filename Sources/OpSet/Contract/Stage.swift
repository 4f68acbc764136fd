/// A part of an operator's work; the stages of an operator run one after the other.
///
/// Stages are made once by `prepare` and run many times, so they allocate nothing.
package enum Stage {
  /// Runs once; may fail on values that no check before could see.
  case once(() throws -> Void)
  /// Packs weights that may change between runs, into memory that keeps them; left out where none changed.
  case packing(() throws -> Void)
  /// Runs for each tile below the count, in any order, on several lanes at once. What a tile
  /// computes must not depend on the lane, nor the number of tiles on the number of threads.
  case tiles(Int, (_ tile: Int, _ lane: Int) -> Void)

  /// Returns the tiles that call `body` for each index below `count`; all calls together cost
  /// `operations`.
  static func each(
    of count: Int, operations: Int, _ body: @escaping (_ index: Int, _ lane: Int) -> Void
  ) -> Stage {
    let parts = Tiling.parts(of: count, operations: operations)
    return .tiles(parts) { tile, lane in
      for index in Tiling.range(tile, of: parts, count: count) { body(index, lane) }
    }
  }
}

/// The work of an operator that has one stage.
extension [Stage] {
  static func once(_ body: @escaping () throws -> Void) -> Self { [.once(body)] }

  static func tiles(_ count: Int, _ body: @escaping (_ tile: Int, _ lane: Int) -> Void) -> Self {
    [.tiles(count, body)]
  }

  static func each(
    of count: Int, operations: Int, _ body: @escaping (_ index: Int, _ lane: Int) -> Void
  ) -> Self {
    [.each(of: count, operations: operations, body)]
  }
}

/// Memory of one operator while it runs.
package final class Scratch: @unchecked Sendable {
  /// Bytes for each lane.
  package let stride: Int
  package let lanes: Int
  /// Whether it keeps its bytes from one run to the next.
  package let isKept: Bool
  package var base = UnsafeMutableRawPointer(bitPattern: 64)!

  init(stride: Int, lanes: Int, isKept: Bool = false) {
    self.isKept = isKept
    self.stride = (stride + 127) / 64 * 64
    self.lanes = lanes
  }

  package var byteCount: Int { stride * lanes }

  package func pointer(lane: Int = 0) -> UnsafeMutableRawPointer { base + lane &* stride }

  package func floats(lane: Int = 0) -> UnsafeMutablePointer<Float> {
    pointer(lane: lane).assumingMemoryBound(to: Float.self)
  }
}

/// The division of an operator's work into tiles, by size alone.
package enum Tiling {
  /// Work that is worth a tile, in elementary operations: about 5 µs.
  private static let grain = 40_000
  /// Multiplications of a product that are worth a tile: about 3 µs.
  private static let productGrain = 1 << 17

  /// Returns the number of parts, at most `limit` and 64, of work that costs `operations`.
  package static func parts(of limit: Int, operations: Int) -> Int {
    max(1, min(limit, even(operations / grain)))
  }

  /// Returns the number of parts for products; a count to aim at.
  static func productParts(multiplications: Int) -> Int { even(multiplications / productGrain) }

  /// Returns `count` reduced to at most 32 and to a number that few threads can share evenly.
  static func even(_ count: Int) -> Int {
    switch count {
    case ..<2: 1
    case 2..<4: 2
    default: min(32, count / 4 * 4)
    }
  }

  /// Returns the range of the items that belong to part `part` of `parts`, out of `count` items.
  package static func range(_ part: Int, of parts: Int, count: Int) -> Range<Int> {
    (count &* part / parts)..<(count &* (part &+ 1) / parts)
  }
}
