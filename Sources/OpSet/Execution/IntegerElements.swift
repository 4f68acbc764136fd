import TFLite

extension Value {
  /// Returns an element of an int16, int32 or int64 tensor; nil outside.
  func integer(_ index: Int) -> Int? {
    guard index >= 0, index < count else { return nil }
    switch type {
    case .int64: return Int(base.loadUnaligned(fromByteOffset: index &* 8, as: Int64.self))
    case .int16: return Int(base.loadUnaligned(fromByteOffset: index &* 2, as: Int16.self))
    default: return Int(base.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
    }
  }

  /// Sets an element of an int16, int32 or int64 tensor.
  func setInteger(_ index: Int, _ integer: Int) {
    switch type {
    case .int64: pointer(Int64.self)[index] = Int64(integer)
    case .int16: pointer(Int16.self)[index] = Int16(truncatingIfNeeded: integer)
    default: pointer(Int32.self)[index] = Int32(truncatingIfNeeded: integer)
    }
  }
}
