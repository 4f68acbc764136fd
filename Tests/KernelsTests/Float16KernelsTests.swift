import Foundation
import Kernels
import TestSupport
import Testing

/// numpy judges both directions by recorded results; the definition of IEEE binary16, computed
/// exactly in double precision, judges every half and every point where rounding turns.
@Suite struct Float16KernelsTests {
  /// The value of a finite half by definition; exact.
  private func value(_ half: UInt16) -> Double {
    let exponent = Int(half >> 10 & 31)
    let fraction = Double(half & 1023)
    let magnitude =
      exponent == 0
      ? fraction * exp2(-24) : (1024 + fraction) * exp2(Double(exponent) - 25)
    return half & 0x8000 == 0 ? magnitude : -magnitude
  }

  private func narrow(_ values: ArraySlice<Float>, offset: Int = 0) -> [UInt16] {
    let (halves, keepsBounds) = converted(values, as: UInt16.self, offset: offset) {
      Float16Kernels.narrow($0, $1, count: $2)
    }
    #expect(keepsBounds)
    return halves
  }

  private func widen(_ halves: ArraySlice<UInt16>, offset: Int = 0) -> [Float] {
    let (values, keepsBounds) = converted(halves, as: Float.self, offset: offset) {
      Float16Kernels.widen($0, $1, count: $2)
    }
    #expect(keepsBounds)
    return values
  }

  @Test func `Every half widens to its value`() {
    let wide = widen((0...UInt16.max)[...].map { $0 }[...])
    var wrong: [UInt16] = []
    for half in 0...UInt16.max {
      let result = wide[Int(half)]
      let isRight: Bool
      switch half & 0x7FFF {
      case 0..<0x7C00:
        isRight = Double(result) == value(half) && (result.sign == .minus) == (half >= 0x8000)
      case 0x7C00: isRight = result == (half < 0x8000 ? .infinity : -.infinity)
      default: isRight = result.isNaN
      }
      if !isRight { wrong.append(half) }
    }
    #expect(wrong.isEmpty)
  }

  @Test func `All halves widen to the bits that numpy gives`() throws {
    let wide = widen(Array(0...UInt16.max)[...]).filter { !$0.isNaN }
    let golden = String(decoding: try Recorded.bytes("widened.txt"), as: UTF8.self)
    let digits = String(crc32(wide), radix: 16)
    #expect("\(wide.count) \(digits)\n" == golden)
  }

  private func crc32(_ values: [Float]) -> UInt32 {
    var state = UInt32.max
    values.withUnsafeBytes { bytes in
      for byte in bytes {
        state ^= UInt32(byte)
        for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 0 ? 0 : 0xEDB8_8320) }
      }
    }
    return ~state
  }

  @Test func `Every half comes back from its float`() {
    let all = Array(0...UInt16.max)
    let halves = narrow(widen(all[...])[...])
    let wrong = zip(all, halves).filter { half, back in
      half & 0x7FFF > 0x7C00 ? back & 0x7FFF <= 0x7C00 : half != back
    }
    #expect(wrong.isEmpty)
  }

  @Test func `Between neighbours rounding turns at the middle, and ties go to even`() {
    // The last neighbour of 65504 would be 65536, which is infinity.
    let low = Array(UInt16(0)..<0x7C00)
    let middles = low.map { half -> Float in
      let next = half == 0x7BFF ? 65536 : value(half + 1)
      return Float((value(half) + next) / 2)
    }
    let even = low.map { $0 & 1 == 0 ? $0 : $0 + 1 }
    #expect(narrow(middles[...]) == even)
    #expect(narrow(middles.map(\.nextDown)[...]) == low)
    #expect(narrow(middles.map(\.nextUp)[...]) == low.map { $0 + 1 })
    #expect(narrow(middles.map { -$0 }[...]) == even.map { $0 | 0x8000 })
  }

  @Test func `Floats narrow to the halves that numpy gives`() throws {
    let bytes = try Recorded.bytes("float16.bin")
    let count = bytes.count / 6
    let inputs = bytes.elements(Float.self, from: 0, count: count)
    let golden = bytes.elements(UInt16.self, from: count * 4, count: count)
    #expect(count > 3000)
    let halves = narrow(inputs[...])
    for (index, half) in halves.enumerated() where half != golden[index] {
      // A NaN stays one; which one is the machine's choice.
      #expect(
        inputs[index].isNaN && half & 0x7FFF > 0x7C00,
        "0x\(String(inputs[index].bitPattern, radix: 16))")
    }
  }

  @Test("Any alignment and count gives the same halves", arguments: 0..<8)
  func alignment(offset: Int) throws {
    let bytes = try Recorded.bytes("float16.bin")
    let inputs = bytes.elements(Float.self, from: 0, count: 200)
    let golden = bytes.elements(UInt16.self, from: bytes.count / 6 * 4, count: 200)
    for count in 0...70 {
      for start in [0, 1, 37] {
        let halves = narrow(inputs[start..<start + count], offset: offset)
        let expected = Array(golden[start..<start + count])
        let isEqual = zip(halves, expected).allSatisfy { half, other in
          half == other || half & 0x7FFF > 0x7C00 && other & 0x7FFF > 0x7C00
        }
        #expect(isEqual && halves.count == count, "count \(count) start \(start)")
      }
    }
  }

  @Test("Any alignment and count gives the same floats", arguments: 0..<8)
  func wideAlignment(offset: Int) {
    let halves = (0..<80).map { UInt16(truncatingIfNeeded: $0 * 797) & 0xFBFF }
    for count in 0...80 {
      let floats = widen(halves[..<count], offset: offset)
      #expect(floats.map(Double.init) == halves[..<count].map(value), "count \(count)")
    }
  }
}
