/// A release of the runtime. Above 2.20 only LiteRT has it.
package struct RuntimeVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int
  package let patch: Int

  package init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Three numbers with periods between; zero bytes may follow, as in the metadata
  /// `min_runtime_version`.
  package init?(_ text: some StringProtocol) {
    let digits = text.prefix { $0 != "\0" }
    guard text.dropFirst(digits.count).allSatisfy({ $0 == "\0" }) else { return nil }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
    }
    guard parts.count == 3, numbers.count == 3 else { return nil }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  package var description: String { "\(major).\(minor).\(patch)" }

  package static func < (a: Self, b: Self) -> Bool {
    (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
  }
}
