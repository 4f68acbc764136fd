/// Numbers for people; they need neither a locale nor Foundation.
package enum Numbers {
  /// Returns a size in decimal units, such as "13.65 MB".
  package static func bytes(_ count: Int) -> String {
    let units: [(size: Double, name: String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    for unit in units where Double(count) >= unit.size {
      return "\(fixed(Double(count) / unit.size, 2)) \(unit.name)"
    }
    return "\(count) bytes"
  }

  /// Returns all digits in groups of three, such as "1,234,567", so that columns line up.
  static func grouped(_ number: Int) -> String {
    var text = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// Returns "0.53 MB → 0.14 MB", or one of the two if they read the same.
  static func bytesChange(_ before: Int, _ after: Int) -> String {
    before == after ? bytes(before) : "\(bytes(before)) → \(bytes(after))"
  }

  /// Returns `value` with `digits` decimals, rounded half away from zero.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = Int((abs(value) * factor).rounded())
    let whole = scaled / Int(factor)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let rest = String(scaled % Int(factor))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// Returns a ratio of sizes, such as "3.79× smaller".
  package static func ratio(_ before: Int, _ after: Int) -> String {
    guard after > 0, before > 0 else { return "" }
    return after <= before
      ? "\(fixed(Double(before) / Double(after), 2))× smaller"
      : "\(fixed(Double(after) / Double(before), 2))× larger"
  }

  /// Returns three or four digits, with an exponent if the number is small or large.
  package static func short(_ value: Double) -> String {
    let magnitude = abs(value)
    guard value.isFinite, magnitude > 0 else { return value == 0 ? "0" : "\(value)" }
    if magnitude >= 1e-3, magnitude < 1e5 { return fixed(value, 4) }
    var (mantissa, exponent) = (value, 0)
    while abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(fixed(mantissa, 2))e\(exponent)"
  }

  package static func percent(_ part: Int, _ total: Int) -> String {
    total == 0 ? "0 %" : "\(fixed(100 * Double(part) / Double(total), 1)) %"
  }

  /// Returns "1 tensor", "3 tensors".
  package static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension String {
  /// Returns at least `width` characters, filled with spaces at the right, or at the left.
  package func padded(_ width: Int, left: Bool = false) -> String {
    let fill = String(repeating: " ", count: Swift.max(0, width - count))
    return left ? fill + self : self + fill
  }
}
