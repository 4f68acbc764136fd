extension Numbers {
  /// All digits in groups of three, such as "1,234,567": columns of these line up.
  static func grouped(_ number: Int) -> String {
    var text = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// "0.53 MB → 0.14 MB", or one of them where both read the same.
  static func bytesChange(_ before: Int, _ after: Int) -> String {
    before == after ? bytes(before) : "\(bytes(before)) → \(bytes(after))"
  }
}
