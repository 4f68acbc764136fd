/// What is read out of the name of an encoding, such as "sparse float32".
enum EncodingName {
  /// Whether a step could make it smaller.
  static func isFloat(_ name: String) -> Bool {
    name.hasSuffix("float32") || name.hasSuffix("float16")
  }

  static func isSparse(_ name: String) -> Bool { name.hasPrefix("sparse") }
}
