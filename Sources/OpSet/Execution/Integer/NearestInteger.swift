extension Int32 {
  /// Halves are rounded away from zero. What no int32 holds becomes the least one, before any zero
  /// point is added, as on the processors where the runtime's results were recorded (x86).
  @inline(__always)
  static func nearest(_ value: Float) -> Int32 { Int32(exactly: value.rounded()) ?? .min }
}
