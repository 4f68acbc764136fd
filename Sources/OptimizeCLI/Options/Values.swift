import OpSet
import Optimizer
import Platform
import TFLiteOptimizer

/// Values of options, read from text.
enum Values {
  /// Bytes with `k`, `M`, `G` (decimal) or `KiB`, `MiB`, `GiB`.
  static func bytes(_ text: String, _ option: Option) throws(UsageFault) -> Int {
    let units: [(suffix: String, factor: Double)] = [
      ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
      ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9),
    ]
    let unit = units.first { text.hasSuffix($0.suffix) }
    let digits = text.dropLast(unit?.suffix.count ?? 0)
    guard let value = Double(digits), value.isFinite, value >= 0,
      value * (unit?.factor ?? 1) < 1e18, digits.first != "+"
    else {
      throw UsageFault(
        "'\(text)' is not a size for \(option.name)", help: "such as 500000, 500k, 1.5M or 2MiB")
    }
    return Int(value * (unit?.factor ?? 1))
  }

  static func threads(_ text: String?) throws(UsageFault) -> Int {
    guard let text else { return Threads.available }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageFault("'\(text)' is not a number of threads from 1 to 1024")
    }
    return count
  }

  /// Returns a number from 1 to a million.
  static func count(_ text: String?, _ option: Option, standard: Int) throws(UsageFault) -> Int {
    guard let text else { return standard }
    guard let count = Int(text), (1...1_000_000).contains(count) else {
      throw UsageFault("'\(text)' is not a number from 1 to 1000000 for \(option.name)")
    }
    return count
  }
}
