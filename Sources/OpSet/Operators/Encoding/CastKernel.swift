import Kernels
import TFLite

extension OpKernel {
  /// Converts between all types of numbers. Floats are truncated toward zero; those that an integer
  /// type cannot hold become its nearest value, and NaN its greatest. Integers wrap. A bool is true
  /// unless the value is 0.
  static let cast = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.setShape(input.shape)
    if input.type == output.type {
      preparation.alias()
      return []
    }
    if let stages = try preparation.directCast(input, output) { return stages }
    guard let source = CastSource(input.type), let target = CastTarget(output.type) else {
      throw OperatorFault.unsupported("there is no cast from \(input.type) to \(output.type)")
    }
    let bytes = castChunk * 8
    let memory = preparation.scratch(bytesPerLane: bytes)
    let chunks = (input.count + castChunk - 1) / castChunk
    guard chunks > 0 else { return [] }
    let parts = Tiling.parts(of: chunks, operations: input.count * 3)
    return .tiles(parts) { tile, lane in
      let middle = memory.pointer(lane: lane)
      for chunk in Tiling.range(tile, of: parts, count: chunks) {
        let start = chunk &* castChunk
        let count = min(castChunk, input.count &- start)
        source.load(input.base, start, count, middle)
        if source.isReal {
          target.storeReal(middle, output.base, start, count)
        } else {
          target.storeInteger(middle, output.base, start, count)
        }
      }
    }
  }
}

/// Elements that are converted together through double or int64; even, so that packed types start
/// at whole bytes.
private let castChunk = 512

extension Preparation {
  /// Returns stages for the conversions that are frequent in models, which need no intermediate
  /// type; nil for others.
  fileprivate func directCast(_ input: Value, _ output: Value) throws -> [Stage]? {
    switch (input.type, output.type) {
    case (.float16, .float32):
      return flatStages(count: input.count) { start, count in
        Float16Kernels.widen(input.base + start &* 2, output.base + start &* 4, count: count)
      }
    case (.float32, .float16):
      return flatStages(count: input.count) { start, count in
        Float16Kernels.narrow(input.base + start &* 4, output.base + start &* 2, count: count)
      }
    case (.uint8, .float32), (.bool, .float32):
      return try map(input, UInt8.self, to: Float.self) { Float($0) }
    case (.int8, .float32): return try map(input, Int8.self, to: Float.self) { Float($0) }
    case (.int32, .float32): return try map(input, Int32.self, to: Float.self) { Float($0) }
    case (.int64, .int32):
      return try map(input, Int64.self, to: Int32.self) { Int32(truncatingIfNeeded: $0) }
    case (.int32, .int64): return try map(input, Int32.self, to: Int64.self) { Int64($0) }
    default: return nil
    }
  }
}

/// The conversion of elements to int64 or double, which both hold every value of their kind.
private struct CastSource {
  /// Whether elements are converted by way of double, not int64.
  let isReal: Bool
  let load:
    (_ input: UnsafeRawPointer, _ start: Int, _ count: Int, _ middle: UnsafeMutableRawPointer) ->
      Void

  init?(_ type: TensorType) {
    switch type {
    case .int8: self.init(integer: Int8.self)
    case .uint8, .bool: self.init(integer: UInt8.self)
    case .int16: self.init(integer: Int16.self)
    case .uint16: self.init(integer: UInt16.self)
    case .int32: self.init(integer: Int32.self)
    case .uint32: self.init(integer: UInt32.self)
    case .int64: self.init(integer: Int64.self)
    case .float64: self.init(stride: 8) { $0.loadUnaligned(as: Double.self) }
    case .float32: self.init(stride: 4) { Double($0.loadUnaligned(as: Float.self)) }
    // Complex numbers keep only their real part.
    case .complex64: self.init(stride: 8) { Double($0.loadUnaligned(as: Float.self)) }
    case .bfloat16:
      self.init(stride: 2) {
        Double(Float(bitPattern: UInt32($0.loadUnaligned(as: UInt16.self)) &<< 16))
      }
    case .float16:
      self.init(stride: 2) {
        var wide: Float = 0
        Float16Kernels.widen($0, &wide, count: 1)
        return Double(wide)
      }
    default:
      guard let packing = Packing(type) else { return nil }
      self.init(isReal: false) { input, start, count, middle in
        let integers = middle.assumingMemoryBound(to: Int64.self)
        for index in 0..<count { integers[index] = Int64(packing.load(input, start &+ index)) }
      }
    }
  }

  private init(
    isReal: Bool,
    load: @escaping (UnsafeRawPointer, Int, Int, UnsafeMutableRawPointer) -> Void
  ) {
    self.isReal = isReal
    self.load = load
  }

  @inline(__always)
  private init<Element: FixedWidthInteger>(integer type: Element.Type) {
    self.init(isReal: false) { input, start, count, middle in
      let elements = input.assumingMemoryBound(to: type) + start
      let integers = middle.assumingMemoryBound(to: Int64.self)
      for index in 0..<count { integers[index] = Int64(truncatingIfNeeded: elements[index]) }
    }
  }

  @inline(__always)
  private init(stride: Int, _ value: @escaping (UnsafeRawPointer) -> Double) {
    self.init(isReal: true) { input, start, count, middle in
      let reals = middle.assumingMemoryBound(to: Double.self)
      for index in 0..<count { reals[index] = value(input + (start &+ index) &* stride) }
    }
  }
}

private struct CastTarget {
  typealias Store = (
    _ middle: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ start: Int, _ count: Int
  ) -> Void

  let storeInteger: Store
  let storeReal: Store

  init?(_ type: TensorType) {
    switch type {
    case .int8: self.init(integer: Int8.self)
    case .uint8: self.init(integer: UInt8.self)
    case .int16: self.init(integer: Int16.self)
    case .uint16: self.init(integer: UInt16.self)
    case .int32: self.init(integer: Int32.self)
    case .uint32: self.init(integer: UInt32.self)
    case .int64: self.init(integer: Int64.self)
    case .bool: self.init(UInt8.self, integer: { $0 == 0 ? 0 : 1 }, real: { $0 == 0 ? 0 : 1 })
    case .float32: self.init(Float.self, integer: { Float($0) }, real: { Float($0) })
    case .float64: self.init(Double.self, integer: { Double($0) }, real: { $0 })
    case .complex64:
      self.init(
        SIMD2<Float>.self, integer: { SIMD2(Float($0), 0) }, real: { SIMD2(Float($0), 0) })
    case .float16:
      self.init(UInt16.self, integer: { half(Float($0)) }, real: { half(Float($0)) })
    case .bfloat16:
      self.init(UInt16.self, integer: { bfloat16(Float($0)) }, real: { bfloat16(Float($0)) })
    default: return nil
    }
  }

  @inline(__always)
  private init<Element: FixedWidthInteger>(integer type: Element.Type) {
    self.init(
      type, integer: { Element(truncatingIfNeeded: $0) },
      real: { real in
        if let exact = Element(exactly: real.rounded(.towardZero)) { return exact }
        return real < 0 ? .min : .max
      })
  }

  @inline(__always)
  private init<Element>(
    _ type: Element.Type, integer: @escaping (Int64) -> Element,
    real: @escaping (Double) -> Element
  ) {
    storeInteger = { middle, output, start, count in
      let source = middle.assumingMemoryBound(to: Int64.self)
      let target = output.assumingMemoryBound(to: type) + start
      for index in 0..<count { target[index] = integer(source[index]) }
    }
    storeReal = { middle, output, start, count in
      let source = middle.assumingMemoryBound(to: Double.self)
      let target = output.assumingMemoryBound(to: type) + start
      for index in 0..<count { target[index] = real(source[index]) }
    }
  }
}

private func half(_ value: Float) -> UInt16 {
  var value = value
  var result: UInt16 = 0
  Float16Kernels.narrow(&value, &result, count: 1)
  return result
}

/// Rounds to nearest, ties to even.
private func bfloat16(_ value: Float) -> UInt16 {
  guard value == value else { return 0x7FC0 }
  let bits = value.bitPattern
  return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits &>> 16 & 1)) &>> 16)
}
