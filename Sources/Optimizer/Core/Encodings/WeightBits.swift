import TFLite

/// How many bits an integer of a weight takes in a file. In memory each takes a byte.
enum WeightBits: Int, CaseIterable, Sendable {
  case two = 2
  case four = 4
  case eight = 8

  var type: TensorType {
    switch self {
    case .two: .int2
    case .four: .int4
    case .eight: .int8
    }
  }

  /// 1, 7 or 127; the least integer is its negative.
  var greatest: Int { (1 << (rawValue - 1)) - 1 }

  func byteCount(elements: Int) -> Int { (elements * rawValue + 7) / 8 }

  /// Packs integers as files store them: integers below eight bits fill each byte from its least
  /// significant bits on.
  func pack(_ integers: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
    guard self != .eight else { return output.copyMemory(from: integers) }
    let (perByte, mask) = (8 / rawValue, UInt8(truncatingIfNeeded: (1 << rawValue) - 1))
    output.initializeMemory(as: UInt8.self, repeating: 0)
    for (index, integer) in integers.enumerated() {
      output[index / perByte] |= (integer & mask) << UInt8(index % perByte * rawValue)
    }
  }
}
