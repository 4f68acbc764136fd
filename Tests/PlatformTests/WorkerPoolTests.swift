import Foundation
import Platform
import Testing

/// Judge: counters of how often each tile was taken.
///
/// Whatever could hang runs beside a clock, so that a deadlock is a failure and no endless test.
@Suite(.serialized) struct WorkerPoolTests {
  @Test("Every tile of many tiny steps is taken once", arguments: 1...8)
  func tinySteps(lanes: Int) {
    finishes(within: 120) {
      let pool = WorkerPool(lanes: lanes)
      let tally = Tally()
      for step in 0..<2_000 {
        let tiles = 1 + step * 37 % 70
        pool.run(tiles: tiles) { tile, lane in tally.take(tile, lane, lanes: lanes) }
        guard tally.wasFair(tiles) else { break }
      }
      pool.stop()
      #expect(tally.faults == 0)
    }
  }

  @Test("What a step wrote is seen by the caller and by the next step")
  func visibility() {
    finishes(within: 60) {
      let pool = WorkerPool(lanes: 4)
      let values = UnsafeMutablePointer<Int>.allocate(capacity: 64)
      values.initialize(repeating: 0, count: 64)
      for step in 1...3_000 {
        // Each reads what another lane may have written in the step before.
        pool.run(tiles: 63) { tile, _ in
          values[tile] = step % 2 == 1 ? step : values[tile] + 1
        }
        guard (0..<63).allSatisfy({ values[$0] == step }) else {
          Issue.record("step \(step)")
          break
        }
      }
      pool.stop()
      values.deallocate()
    }
  }

  @Test func `No tiles is no work`() {
    finishes(within: 10) {
      let pool = WorkerPool(lanes: 3)
      pool.run(tiles: 0) { _, _ in Issue.record("called") }
      pool.stop()
    }
  }

  @Test func `Lanes that fell asleep take part again, and stop when they sleep`() {
    finishes(within: 60) {
      for _ in 0..<5 {
        let pool = WorkerPool(lanes: 4)
        let tally = Tally()
        for _ in 0..<3 {
          // Far beyond a lane's patience.
          Thread.sleep(forTimeInterval: 0.05)
          pool.run(tiles: 40) { tile, lane in tally.take(tile, lane, lanes: 4) }
          #expect(tally.wasFair(40))
        }
        Thread.sleep(forTimeInterval: 0.05)
        pool.stop()
      }
    }
  }

  @Test func `Sleeping lanes are woken for a long step`() {
    finishes(within: 60) {
      let pool = WorkerPool(lanes: 2)
      Thread.sleep(forTimeInterval: 0.1)
      let lanes = Tally()
      // The caller alone would take them all if nobody came.
      pool.run(tiles: 100) { _, lane in
        lanes.note(lane)
        Thread.sleep(forTimeInterval: 0.002)
      }
      pool.stop()
      #expect(lanes.noted(0) > 0 && lanes.noted(1) > 0)
    }
  }

  @Test func `A pool that never ran stops at once, and one that was stopped still runs`() {
    finishes(within: 60) {
      for lanes in 1...8 { WorkerPool(lanes: lanes).stop() }
      let pool = WorkerPool(lanes: 4)
      pool.stop()
      let tally = Tally()
      pool.run(tiles: 30) { tile, lane in tally.take(tile, lane, lanes: 4) }
      #expect(tally.wasFair(30))
      pool.stop()
    }
  }

  @Test func `Several pools work at once`() {
    finishes(within: 120) {
      let group = DispatchGroup()
      let wrong = AtomicInteger(0)
      for index in 0..<4 {
        group.enter()
        Thread.detachNewThread {
          let pool = WorkerPool(lanes: 3)
          let tally = Tally()
          for step in 0..<2000 {
            let tiles = 2 + (step + index) % 50
            pool.run(tiles: tiles) { tile, lane in tally.take(tile, lane, lanes: 3) }
            if !tally.wasFair(tiles) { wrong.add(1) }
          }
          pool.stop()
          group.leave()
        }
      }
      group.wait()
      #expect(wrong.load() == 0)
    }
  }

  @Test func `Results do not depend on the lane that computes them`() {
    finishes(within: 60) {
      let expected = (0..<64).map { Double($0).squareRoot() }
      for lanes in [1, 2, 5] {
        let pool = WorkerPool(lanes: lanes)
        let results = UnsafeMutablePointer<Double>.allocate(capacity: 64)
        for _ in 0..<500 {
          results.initialize(repeating: -1, count: 64)
          pool.run(tiles: 64) { tile, _ in results[tile] = Double(tile).squareRoot() }
          guard (0..<64).allSatisfy({ results[$0] == expected[$0] }) else {
            Issue.record("\(lanes) lanes")
            break
          }
        }
        results.deallocate()
        pool.stop()
      }
    }
  }

  /// Runs `body` on a thread of its own; a failure if it takes longer.
  private func finishes(within seconds: Int, _ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      body()
      done.signal()
    }
    #expect(done.wait(timeout: .now() + .seconds(seconds)) == .success, "it hangs")
  }
}

/// How often each tile, and each lane, was seen.
private final class Tally: Sendable {
  private static let size = 128
  private let tiles = (0..<size).map { _ in AtomicInteger(0) }
  private let outside = AtomicInteger(0)

  var faults: Int { outside.load() }

  func take(_ tile: Int, _ lane: Int, lanes: Int) {
    if (0..<lanes).contains(lane), (0..<Self.size).contains(tile) {
      tiles[tile].add(1)
    } else {
      outside.add(1)
    }
  }

  /// Whether exactly the tiles below `count` were taken since the last call, once each.
  func wasFair(_ count: Int) -> Bool {
    var isFair = true
    for tile in 0..<Self.size {
      let taken = tiles[tile].load()
      tiles[tile].store(0)
      if taken != (tile < count ? 1 : 0) { isFair = false }
    }
    if !isFair { outside.add(1) }
    return isFair
  }

  func note(_ lane: Int) { tiles[lane].add(1) }

  func noted(_ lane: Int) -> Int { tiles[lane].load() }
}
