/// The least runtime release that has a version of an operator.
package struct RuntimeRelease: Hashable, Sendable {
  package let version: Int32
  package let release: RuntimeVersion

  /// Parses an ascending list such as "1:1.5.0 2:1.14.0". Anything else is a programmer's error.
  ///
  /// It parses bytes: splitting all lists as text took 2 ms at every start.
  static func list(_ text: String) -> [RuntimeRelease] {
    var numbers = [0]
    for byte in text.utf8 {
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte & 15)
      } else {
        numbers.append(0)
      }
    }
    precondition(numbers.count % 4 == 0, "not versions and releases: \(text)")
    return stride(from: 0, to: numbers.count, by: 4).map { i in
      RuntimeRelease(
        version: Int32(numbers[i]),
        release: RuntimeVersion(numbers[i + 1], numbers[i + 2], numbers[i + 3]))
    }
  }
}
