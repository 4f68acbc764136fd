/// A way in which a kernel that exists goes wrong in some modes.
package struct Trap: Equatable, Sendable {
  package let modes: Modes
  /// A clause without a capital or a period.
  package let text: String

  init(_ modes: Modes, _ text: String) {
    self.modes = modes
    self.text = text
  }
}

extension Trap {
  /// The kernel compares or copies raw values and does not check the scales.
  static let mismatchGoesUnnoticed = Trap(
    .integer, "the runtime does not notice scales that differ; results are silently wrong")
}
