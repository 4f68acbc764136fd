import Platform

/// Changes the rate of sound by a windowed sinc: ten zero crossings to each side, a Kaiser window of
/// β = 5, and the cut-off at the lower of both Nyquist rates.
///
/// It computes what `scipy.signal.resample_poly` does by default. The window stands in a table that
/// any ratio of rates interpolates, with errors below 1e-7.
enum Resampler {
  /// Rates that sound has, in values a second.
  static let rates = 1000...768_000
  private static let crossings = 10
  /// Entries of the table for each zero crossing.
  private static let steps = 4096
  private static let beta = 5.0
  private static let table: [Double] = (0...crossings * steps + 1).map { entry in
    let time = Double(entry) / Double(steps)
    guard entry > 0, time < Double(crossings) else { return entry == 0 ? 1 : 0 }
    let angle = Double.pi * time
    let place = time / Double(crossings)
    let window = bessel(beta * (1 - place * place).squareRoot()) / bessel(beta)
    return MathFunctions.sine(angle) / angle * window
  }

  /// Returns the number of values that `count` values become.
  static func count(_ count: Int, from rate: Int, to target: Int) -> Int {
    (count * target + rate - 1) / rate
  }

  /// Returns how many values the first `count` values of the result depend on.
  static func needed(for count: Int, from rate: Int, to target: Int) -> Int {
    (count * rate + target - 1) / target + crossings * (max(rate, target) / target + 1)
  }

  /// Returns the first values of the sound at another rate, `limit` at most. Both rates are in
  /// `rates`.
  static func resample(
    _ values: [Float], from rate: Int, to target: Int, limit: Int
  ) -> [Float] {
    let divisor = divisor(rate, target)
    let (up, down) = (target / divisor, rate / divisor)
    // Times are in zero crossings of the sinc, of which `unit` values of up · rate have one.
    let unit = Double(max(up, down))
    let reach = crossings * max(up, down)
    let gain = Double(up) / sum(max(up, down))
    let total = min(limit, count(values.count, from: rate, to: target))
    return table.withUnsafeBufferPointer { table in
      (0..<total).map { index in
        let center = index * down
        let first = max(0, (center - reach + up - 1) / up)
        let last = min(values.count - 1, (center + reach) / up)
        var sum = 0.0
        for place in stride(from: first, through: last, by: 1) {
          let time = Double(abs(center - place * up)) / unit * Double(steps)
          let entry = Int(time)
          let (low, high) = (table[entry], table[entry + 1])
          sum += Double(values[place]) * (low + (high - low) * (time - Double(entry)))
        }
        return Float(sum * gain)
      }
    }
  }

  /// Returns the sum of the window's values `count` to a zero crossing; for many it is in proportion.
  private static func sum(_ count: Int) -> Double {
    let finest = min(count, steps)
    var sum = 0.0
    for place in 1...crossings * finest {
      let time = Double(place) / Double(finest) * Double(steps)
      let entry = min(Int(time), crossings * steps)
      sum += table[entry] + (table[entry + 1] - table[entry]) * (time - Double(entry))
    }
    return (2 * sum + 1) * Double(count) / Double(finest)
  }

  /// Returns the modified Bessel function of the first kind and order zero, by its series.
  private static func bessel(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for index in 1...30 {
      let factor = x / 2 / Double(index)
      term *= factor * factor
      sum += term
    }
    return sum
  }

  private static func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
}
