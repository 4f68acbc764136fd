import TFLite

/// The values of a float32 constant, part by part, each multiplied by its channel's factor.
struct ValueStream {
  let reader: DataReader
  let layout: ChannelLayout
  /// One factor per channel; nil leaves values unchanged.
  let factors: [Float]?
  /// The weight of an error at each element, repeated over the tensor; nil weights all alike.
  let importance: [Float]?
  /// By channel, what a step of integers is worth, 1 in the mean: values are steps then, and their
  /// errors count in reals. Nil for values that are no integers.
  var steps: [Float]? = nil

  var count: Int { reader.count / 4 }

  /// Returns the weight of an error at an element.
  @inline(__always)
  func weight(_ element: Int) -> Double {
    let weight = importance.map { Double($0[element % $0.count]) } ?? 1
    guard let steps else { return weight }
    let step = Double(steps[steps.count == 1 ? 0 : layout.channel(of: element)])
    return weight * step * step
  }

  private static let step = 1 << 18

  /// Calls `body` with parts of up to 2^18 values and the index of the first. The memory is valid
  /// during the call only.
  func forEachPart(
    _ body: (_ values: UnsafePointer<Float>, _ count: Int, _ start: Int) -> Void
  ) throws {
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: max(1, min(count, Self.step)))
    defer { scratch.deallocate() }
    for start in stride(from: 0, to: count, by: Self.step) {
      let part = min(Self.step, count - start)
      try reader.fill(UnsafeMutableRawBufferPointer(start: scratch, count: part * 4), at: start * 4)
      scale(scratch, start..<start + part)
      body(scratch, part, start)
    }
  }

  private func scale(_ values: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
    guard let factors else { return }
    factors.withUnsafeBufferPointer { factors in
      guard let factors = factors.baseAddress else { return }
      layout.forEachRun(in: range) { start, count, channel in
        let run = values + (start - range.lowerBound)
        if layout.isInnermost {
          for index in 0..<count { run[index] *= factors[channel &+ index] }
        } else {
          let factor = factors[channel]
          for index in 0..<count { run[index] *= factor }
        }
      }
    }
    guard steps != nil else { return }
    for index in 0..<range.count { values[index].round() }
  }
}
