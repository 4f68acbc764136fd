import Platform
import TFLite
import TestSupport

@testable import Samples

extension DenseArray {
  /// Float32 elements 0, 1, 2 … from `first` on.
  static func ramp(_ shape: [Int], from first: Int = 0) -> DenseArray {
    floats((0..<shape.reduce(1, *)).map { Float(first + $0) }, shape)
  }
}

extension SampleInput {
  static func float(_ name: String, _ shape: [Int], _ signature: [Int] = []) -> SampleInput {
    SampleInput(name: name, type: .float32, shape: shape, signature: signature)
  }
}

extension NpyFile {
  static func parse(_ bytes: [UInt8]) throws -> DenseArray {
    try bytes.withUnsafeBytes { try parse($0) }
  }
}

extension SeededRandom {
  /// Breaks a file in one to four places.
  mutating func mutate(_ bytes: inout [UInt8]) {
    for _ in 0..<1 + below(4) where bytes.count > 8 {
      let place = below(bytes.count - 8)
      switch below(6) {
      case 0: bytes[place] ^= 1 << UInt8(below(8))
      case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
      case 2: bytes[place] = Array("0123456789()<>|SUOfLT',".utf8)[below(23)]
      case 3: for index in place..<place + [2, 4, 8][below(3)] { bytes[index] = 0xFF }
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(20)))
      default: bytes.insert(UInt8(ascii: "9"), at: place)
      }
    }
  }
}
