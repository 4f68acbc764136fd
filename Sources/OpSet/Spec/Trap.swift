/// A way in which a kernel that exists goes wrong in some modes.
public struct Trap: Equatable, Sendable {
  public let modes: Modes
  /// A clause without a capital or a period.
  public let text: String

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
