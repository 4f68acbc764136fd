import TFLite

/// Integers of less than a byte: the first in the low bits, packed over the whole tensor.
struct Packing {
  let bits: Int
  let isSigned: Bool

  /// Returns nil for types that are not packed.
  init?(_ type: TensorType) {
    switch type {
    case .int4: (bits, isSigned) = (4, true)
    case .uint4: (bits, isSigned) = (4, false)
    case .int2: (bits, isSigned) = (2, true)
    default: return nil
    }
  }

  var range: ClosedRange<Int32> {
    isSigned ? -(1 << Int32(bits - 1))...(1 << Int32(bits - 1)) - 1 : 0...(1 << Int32(bits)) - 1
  }

  @inline(__always)
  func load(_ input: UnsafeRawPointer, _ index: Int) -> Int32 {
    let byte = UInt32(input.load(fromByteOffset: (index &* bits) &>> 3, as: UInt8.self))
    let raised = byte &<< UInt32(32 &- bits &- (index &* bits & 7))
    let down = Int32(truncatingIfNeeded: 32 &- bits)
    return isSigned
      ? Int32(bitPattern: raised) &>> down : Int32(bitPattern: raised &>> UInt32(bitPattern: down))
  }

  /// Elements of one byte are stored in ascending order, by one thread.
  @inline(__always)
  func store(_ value: Int32, _ output: UnsafeMutableRawPointer, _ index: Int) {
    let place = output + (index &* bits) &>> 3
    let shift = UInt32(index &* bits & 7)
    let kept = shift == 0 ? 0 : UInt32(place.load(as: UInt8.self))
    let mask = (UInt32(1) &<< UInt32(bits)) &- 1
    let byte = kept | (UInt32(bitPattern: value) & mask) &<< shift
    place.storeBytes(of: UInt8(truncatingIfNeeded: byte), as: UInt8.self)
  }
}
