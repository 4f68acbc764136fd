import Kernels
import TFLite

/// The reason why elements cannot be cast without loss.
enum CastFailure: Error, Equatable {
  /// There is no cast between these types.
  case types
  /// The new type has no such value.
  case value(position: Int, text: String)
}

/// Casts between numbers and booleans that lose nothing; float64 is rounded to float32.
enum Cast {
  /// Each of these types can be cast to each other one.
  static let types: [TensorType] = [
    .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .float16, .float32,
    .float64,
  ]

  /// Returns the elements of `array` as `type`, which must be a different type.
  static func bytes(of array: DenseArray, as type: TensorType) throws(CastFailure) -> [UInt8] {
    let bytes = array.bytes
    switch array.type {
    case .bool, .uint8: return try integers(UInt8.self, bytes, type)
    case .uint16: return try integers(UInt16.self, bytes, type)
    case .uint32: return try integers(UInt32.self, bytes, type)
    case .uint64: return try integers(UInt64.self, bytes, type)
    case .int8: return try integers(Int8.self, bytes, type)
    case .int16: return try integers(Int16.self, bytes, type)
    case .int32: return try integers(Int32.self, bytes, type)
    case .int64: return try integers(Int64.self, bytes, type)
    case .float16: return try floats(Float.self, widened(bytes), type)
    case .float32: return try floats(Float.self, bytes, type)
    case .float64: return try floats(Double.self, bytes, type)
    default: throw .types
    }
  }

  private static func integers<Source: FixedWidthInteger & BitwiseCopyable>(
    _: Source.Type, _ bytes: [UInt8], _ type: TensorType
  ) throws(CastFailure) -> [UInt8] {
    switch type {
    case .bool: try map(bytes) { (value: Source) in value >> 1 == 0 ? UInt8(value) : nil }
    case .uint8: try map(bytes) { (value: Source) in UInt8(exactly: value) }
    case .uint16: try map(bytes) { (value: Source) in UInt16(exactly: value) }
    case .uint32: try map(bytes) { (value: Source) in UInt32(exactly: value) }
    case .uint64: try map(bytes) { (value: Source) in UInt64(exactly: value) }
    case .int8: try map(bytes) { (value: Source) in Int8(exactly: value) }
    case .int16: try map(bytes) { (value: Source) in Int16(exactly: value) }
    case .int32: try map(bytes) { (value: Source) in Int32(exactly: value) }
    case .int64: try map(bytes) { (value: Source) in Int64(exactly: value) }
    case .float16: try narrowed(try integers(Source.self, bytes, .float32))
    case .float32: try map(bytes) { (value: Source) in exact(value) }
    case .float64: try map(bytes) { (value: Source) in Double(exactly: value) }
    default: throw .types
    }
  }

  /// Returns the value as float32 if that is exact, else nil. Float32 has every integer of 24 bits,
  /// and to check costs ten times as much as the cast.
  @inline(__always)
  private static func exact<Source: FixedWidthInteger>(_ value: Source) -> Float? {
    Source.bitWidth <= 16 ? Float(value) : Float(exactly: value)
  }

  private static func floats<Source: BinaryFloatingPoint & BitwiseCopyable>(
    _: Source.Type, _ bytes: [UInt8], _ type: TensorType
  ) throws(CastFailure) -> [UInt8] {
    switch type {
    case .bool: try map(bytes) { (value: Source) in UInt8(exactly: value).flatMap(flag) }
    case .uint8: try map(bytes) { (value: Source) in UInt8(exactly: value) }
    case .uint16: try map(bytes) { (value: Source) in UInt16(exactly: value) }
    case .uint32: try map(bytes) { (value: Source) in UInt32(exactly: value) }
    case .uint64: try map(bytes) { (value: Source) in UInt64(exactly: value) }
    case .int8: try map(bytes) { (value: Source) in Int8(exactly: value) }
    case .int16: try map(bytes) { (value: Source) in Int16(exactly: value) }
    case .int32: try map(bytes) { (value: Source) in Int32(exactly: value) }
    case .int64: try map(bytes) { (value: Source) in Int64(exactly: value) }
    case .float16: try narrowed(try floats(Source.self, bytes, .float32))
    case .float32: try map(bytes) { (value: Source) in rounded(value) }
    case .float64: try map(bytes) { (value: Source) in Double(value) }
    default: throw .types
    }
  }

  private static func flag(_ value: UInt8) -> UInt8? { value > 1 ? nil : value }

  /// Returns nil if a number would become infinity.
  @inline(__always)
  private static func rounded<Source: BinaryFloatingPoint>(_ value: Source) -> Float? {
    let float = Float(value)
    return float.isFinite ? float : nil
  }

  @inline(__always)
  private static func map<Source: BitwiseCopyable, Target: BitwiseCopyable>(
    _ bytes: [UInt8], _ convert: (Source) -> Target?
  ) throws(CastFailure) -> [UInt8] {
    let (size, targetSize) = (MemoryLayout<Source>.size, MemoryLayout<Target>.size)
    let count = bytes.count / size
    var failure: CastFailure?
    let result = bytes.withUnsafeBytes { bytes in
      [UInt8](unsafeUninitializedCapacity: count * targetSize) { target, filled in
        let target = UnsafeMutableRawBufferPointer(target)
        for index in 0..<count {
          let value = bytes.loadUnaligned(fromByteOffset: index &* size, as: Source.self)
          guard let converted = convert(value) else {
            failure = .value(position: index, text: "\(value)")
            return
          }
          target.storeBytes(of: converted, toByteOffset: index &* targetSize, as: Target.self)
        }
        filled = count * targetSize
      }
    }
    if let failure { throw failure }
    return result
  }

  /// Converts float16 to float32.
  static func widened(_ halves: [UInt8]) -> [UInt8] {
    let count = halves.count / 2
    return halves.withUnsafeBytes { halves in
      [UInt8](unsafeUninitializedCapacity: count * 4) { target, filled in
        guard let source = halves.baseAddress, let floats = target.baseAddress else { return }
        Float16Kernels.widen(source, floats, count: count)
        filled = count * 4
      }
    }
  }

  /// Converts float32 to float16. Throws if float16 lacks one of the values.
  private static func narrowed(_ floats: [UInt8]) throws(CastFailure) -> [UInt8] {
    let count = floats.count / 4
    let halves = floats.withUnsafeBytes { floats in
      [UInt8](unsafeUninitializedCapacity: count * 2) { target, filled in
        guard let source = floats.baseAddress, let halves = target.baseAddress else { return }
        Float16Kernels.narrow(source, halves, count: count)
        filled = count * 2
      }
    }
    let back = widened(halves)
    guard let byte = floats.indices.first(where: { floats[$0] != back[$0] }) else { return halves }
    let value = floats.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: byte / 4 * 4, as: Float.self)
    }
    throw .value(position: byte / 4, text: "\(value)")
  }
}
