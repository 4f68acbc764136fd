import Evaluation

/// The values along one side of a chart, with marks at round numbers.
struct SVGAxis {
  let range: ClosedRange<Double>
  /// Values and their texts.
  let ticks: [(value: Double, text: String)]
  /// Whether equal lengths are equal ratios; `range` and the ticks are then logarithms.
  private var isLogarithmic = false

  /// Makes an axis that includes `values`, with at most `most` steps of 1, 2 or 5 times a power of
  /// ten, or of `unit`.
  init(including values: ClosedRange<Double>, most: Int, text: (Double, _ step: Double) -> String) {
    let values = values.upperBound.isFinite && values.lowerBound.isFinite ? values : 0...1
    let span = max(values.upperBound - values.lowerBound, .leastNormalMagnitude)
    let step = Self.roundStep(atLeast: span / Double(most))
    let first = (values.lowerBound / step).rounded(.down)
    let last = max(first + 1, (values.upperBound / step).rounded(.up))
    range = first * step...last * step
    ticks = stride(from: first, through: last, by: 1).map { ($0 * step, text($0 * step, step)) }
  }

  /// An axis of sizes from zero.
  static func bytes(to most: Double, most ticks: Int) -> SVGAxis {
    let units: [(size: Double, name: String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]
    let unit = units.first { most >= 2 * $0.size } ?? (1, "B")
    return SVGAxis(including: 0...max(most, 1), most: ticks) { value, step in
      "\(Numbers.fixed(value / unit.size, digits(step / unit.size))) \(unit.name)"
    }
  }

  /// An axis of plain numbers.
  static func numbers(_ values: ClosedRange<Double>, most ticks: Int) -> SVGAxis {
    SVGAxis(including: values, most: ticks) { value, step in
      // Below this many digits a number would be longer than its exponent.
      abs(step) < 1e-4 ? Numbers.short(value) : Numbers.fixed(value, digits(step))
    }
  }

  /// An axis of ratios from 10^`range.lowerBound`, with a mark at each power of ten.
  static func powers(_ range: ClosedRange<Int>) -> SVGAxis {
    var axis = SVGAxis(
      including: Double(range.lowerBound)...Double(range.upperBound), most: range.count
    ) { value, _ in
      let ten = (0..<Int(abs(value))).reduce(1.0) { power, _ in power * 10 }
      guard abs(value) <= 4 else { return "1e\(Int(value))" }
      return value < 0 ? Numbers.fixed(1 / ten, Int(-value)) : "\(Int(ten))"
    }
    axis.isLogarithmic = true
    return axis
  }

  static func logarithm(_ value: Double) -> Double { ErrorStatistics.decibels(value, 1) / 10 }

  /// Returns where `value` is between `start` and `end`; values beyond the axis stand at its ends.
  func position(_ value: Double, from start: Double, to end: Double) -> Double {
    guard !value.isNaN else { return start }
    let value = isLogarithmic ? Self.logarithm(max(value, .leastNormalMagnitude)) : value
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return start + min(1, max(0, share)) * (end - start)
  }

  /// Returns where a tick is between `start` and `end`.
  func place(ofTick value: Double, from start: Double, to end: Double) -> Double {
    start + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (end - start)
  }

  private static func digits(_ step: Double) -> Int {
    var (digits, rest) = (0, step)
    while digits < 6, abs(rest - rest.rounded()) > 1e-6 * rest {
      (digits, rest) = (digits + 1, rest * 10)
    }
    return digits
  }

  private static func roundStep(atLeast step: Double) -> Double {
    // Figures beyond these have no round numbers worth showing.
    guard step > 1e-12, step < 1e18 else { return step.isFinite && step > 1 ? step : 1e-12 }
    var power = 1.0
    while power * 10 <= step { power *= 10 }
    while power > step { power /= 10 }
    return power * ([1, 2, 5, 10].first { $0 * power >= step * 0.999_999 } ?? 10)
  }
}
