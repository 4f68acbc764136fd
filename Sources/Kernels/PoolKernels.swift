import KernelTable

enum PoolKernels {
  static let average: @Sendable (borrowing PoolTask) -> Void = { task in
    let divisor = all(Float(task.tapCount))
    pool(task, 0, { $0 + $1 }, { $0 / divisor })
  }

  static let max: @Sendable (borrowing PoolTask) -> Void = { task in
    // A maximum ignores NaN.
    pool(task, -.greatestFiniteMagnitude, { maximum($0, $1) }, { $0 })
  }

  @inline(__always)
  private static func pool(
    _ task: borrowing PoolTask, _ start: Float, _ combine: (V8, V8) -> V8, _ finish: (V8) -> V8
  ) {
    let low = all(task.low)
    let high = all(task.high)
    var channel = 0
    while channel < task.channels {
      var result = all(start)
      for tap in 0..<task.tapCount {
        result = combine(result, task.taps[tap].vector(channel &* 4))
      }
      result = clamped(finish(result), low, high)
      if channel &+ 8 <= task.channels {
        task.output.set(channel, result)
      } else {
        store(result, task.output + channel, task.channels &- channel)
      }
      channel &+= 8
    }
  }
}
