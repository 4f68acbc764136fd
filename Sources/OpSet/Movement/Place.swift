import TFLite

/// The place of bytes while an operator runs.
enum Place {
  case value(Value)
  case scratch(Scratch)
  case constant(ConstantBytes)

  var base: UnsafeMutableRawPointer {
    switch self {
    case .value(let value): value.base
    case .scratch(let scratch): scratch.base
    case .constant(let bytes): bytes.base
    }
  }
}

/// A few bytes that a preparation made.
final class ConstantBytes: @unchecked Sendable {
  let base: UnsafeMutableRawPointer

  init(_ bytes: [UInt8]) {
    base = .allocate(byteCount: max(bytes.count, 16), alignment: 16)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes.count, 16))
    bytes.withUnsafeBytes {
      if let source = $0.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
    }
  }

  /// Makes the bytes of integers.
  convenience init(_ integers: [Int]) { self.init(integers.withUnsafeBytes { Array($0) }) }

  deinit { base.deallocate() }

  var integers: UnsafeMutablePointer<Int> { base.assumingMemoryBound(to: Int.self) }
}
