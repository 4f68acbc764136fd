import JSON
import Platform
import TFLiteOptimizer

/// Sizes from an earlier JSON report, which later files may exceed by a little.
///
/// They become limits for `--max-size` and `--max-download`.
struct Baseline {
  private let path: String
  /// Bytes of the file, and under deflate if the report has them.
  private let size: Int
  private let download: Int?
  private let growth: String

  /// Nil without `--baseline`. Throws what reading the report throws.
  init?(_ arguments: Arguments) throws {
    guard let path = arguments[Options.baseline] else {
      guard !arguments.has(Options.maxGrowth) else {
        throw UsageFault(
          "--max-growth needs an earlier report", help: "such as --baseline report.json")
      }
      return nil
    }
    self.path = path
    growth = arguments[Options.maxGrowth] ?? "0%"
    let file = try MappedFile(path: path)
    let value: JSONValue
    do throws(JSONFault) {
      value = try JSONParser.value(of: file.bytes)
    } catch {
      throw Diagnostic(message: "baseline '\(path)' \(error.text)", exitCode: .input)
    }
    let report = Self.models(in: value)
    guard
      let size = Self.integer(report, ["output", "bytes"])
        ?? Self.integer(report, ["input", "bytes"])
    else {
      throw Diagnostic(
        message: "baseline '\(path)' is not the report of one model: it has no size",
        help: "make one: optimize report MODEL --json=\(path)", exitCode: .input)
    }
    self.size = size
    download =
      Self.integer(report, ["compressibility", "after", "deflate6"])
      ?? Self.integer(report, ["compressibility", "before", "deflate6"])
    _ = try limit(size)
  }

  /// Returns the arguments with the limits, unless they have lower ones.
  func limits(_ arguments: Arguments) throws(UsageFault) -> Arguments {
    var arguments = arguments
    for (option, bytes) in [(Options.maxSize, size), (Options.maxDownload, download)] {
      guard let bytes else { continue }
      let most = try limit(bytes)
      if let text = arguments[option], try Values.bytes(text, option) <= most { continue }
      arguments.set(option, "\(most)")
    }
    return arguments
  }

  var note: String { "note: limits come from '\(path)', plus \(growth)" }

  private func limit(_ bytes: Int) throws(UsageFault) -> Int {
    guard growth.hasSuffix("%") else {
      return bytes + (try Values.bytes(growth, Options.maxGrowth))
    }
    guard let percent = Double(growth.dropLast()), percent.isFinite, (0...1e6).contains(percent)
    else {
      throw UsageFault(
        "'\(growth)' is not a growth for \(Options.maxGrowth.name)", help: "such as 2% or 10k")
    }
    return bytes + Int(Double(bytes) * percent / 100)
  }

  /// Returns the only model of a report on several ones, or the report itself.
  private static func models(in value: JSONValue) -> JSONValue {
    if case .array(let models)? = member(value, "models"), models.count == 1 { return models[0] }
    return value
  }

  private static func integer(_ value: JSONValue, _ keys: [String]) -> Int? {
    var value: JSONValue? = value
    for key in keys { value = value.flatMap { member($0, key) } }
    if case .integer(let number)? = value, number >= 0, number < 1 << 60 { return number }
    return nil
  }

  private static func member(_ value: JSONValue, _ key: String) -> JSONValue? {
    guard case .object(let pairs) = value else { return nil }
    return pairs.first { $0.key == key }?.value
  }
}
