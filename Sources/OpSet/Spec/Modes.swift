/// Ways to store a model that an operator's kernels can run.
package struct Modes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// FLOAT16 activations without a delegate. Float16 constants behind DEQUANTIZE suit every
  /// operator that takes float32.
  package static let float16 = Self(rawValue: 1)
  /// Float activations with int8 weights; present where `OpSpec.hybrid` is.
  package static let dynamic = Self(rawValue: 2)
  /// Activations of type int8.
  package static let int8 = Self(rawValue: 4)
  /// Activations of type int16 with int8 weights.
  package static let int16x8 = Self(rawValue: 8)

  /// Both integer modes.
  static let integer: Self = [.int8, .int16x8]
  static let all: Self = [.float16, .int8, .int16x8]
}

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
