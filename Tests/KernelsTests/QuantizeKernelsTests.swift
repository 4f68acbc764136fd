import KernelTable
import Kernels
import TestSupport
import Testing

/// numpy judges: recorded results of round-half-away(x / (m / 127)) in float64. The DEQUANTIZE
/// formula is judged by its definition here, and by LiteRT in OptimizerTests.
@Suite struct QuantizeKernelsTests {
  static let tables = TranscendentalKernelsTests.tables

  struct Channel {
    let magnitude: Float
    let values: [Float]
    let golden: [Int8]
  }

  private func channels() throws -> [Channel] {
    let bytes = try Recorded.bytes("int8.bin")
    let stride = 4 + 128 * 5
    return (0..<bytes.count / stride).map { index in
      let start = index * stride
      return Channel(
        magnitude: bytes.elements(Float.self, from: start, count: 1)[0],
        values: bytes.elements(Float.self, from: start + 4, count: 128),
        golden: bytes.elements(Int8.self, from: start + 4 + 512, count: 128))
    }
  }

  @Test("A channel becomes the bytes that numpy computes", arguments: tables)
  func channelBytes(table: KernelTable) throws {
    let channels = try channels()
    #expect(channels.count == 30)
    for channel in channels {
      let (bytes, keepsBounds) = converted(channel.values[...], as: Int8.self, offset: 0) {
        table.storage.quantize($0, $1, $2, channel.magnitude, 127)
      }
      #expect(keepsBounds)
      for (index, byte) in bytes.enumerated() {
        #expect(byte == channel.golden[index], "\(channel.values[index]) of \(channel.magnitude)")
      }
    }
  }

  @Test("Any alignment and count gives the same bytes", arguments: tables, 0..<4)
  func alignment(table: KernelTable, offset: Int) throws {
    for channel in try channels().prefix(3) {
      for count in 0...60 {
        let (bytes, keepsBounds) = converted(
          channel.values[..<count], as: Int8.self, offset: offset
        ) {
          table.storage.quantize($0, $1, $2, channel.magnitude, 127)
        }
        #expect(bytes == Array(channel.golden[..<count]) && keepsBounds, "count \(count)")
      }
    }
  }

  @Test("Channels that are innermost have a magnitude each", arguments: tables)
  func innermost(table: KernelTable) throws {
    let channels = try channels()
    for count in [0, 1, 15, 16, 17, 30] {
      for row in 0..<128 {
        let magnitudes = channels[..<count].map(\.magnitude)
        let values = channels[..<count].map { $0.values[row] }
        let (bytes, keepsBounds) = converted(values[...], as: Int8.self, offset: 0) {
          source, target, count in
          magnitudes.withUnsafeBufferPointer { magnitudes in
            guard let first = magnitudes.baseAddress else { return }
            table.storage.quantizeRow(source, target, count, first, 127)
          }
        }
        #expect(keepsBounds)
        #expect(bytes == channels[..<count].map { $0.golden[row] })
      }
    }
  }

  @Test("Zero stays zero and the largest magnitude becomes 127", arguments: tables)
  func limits(table: KernelTable) {
    for magnitude: Float in [1e-30, 5e-7, 1, 3.3, 1e30] {
      let values = [0, -0.0, magnitude, -magnitude]
      let (bytes, _) = converted(values[...], as: Int8.self, offset: 0) {
        table.storage.quantize($0, $1, $2, magnitude, 127)
      }
      #expect(bytes == [0, 0, 127, -127])
    }
  }

  @Test func `Integers become scale × (q − zero point) in single precision`() {
    func check<T: FixedWidthInteger & BitwiseCopyable>(_ stored: [T], _ scale: Float, _ zero: Int32)
    {
      let (values, keepsBounds) = converted(stored[...], as: Float.self, offset: 0) {
        QuantizeKernels.fromIntegers($0, as: T.self, $1, count: $2, scale: scale, zeroPoint: zero)
      }
      #expect(keepsBounds)
      #expect(values == stored.map { scale * Float(Int32($0) - zero) })
    }
    check(Array(Int8.min...Int8.max), 0.037, -7)
    check(Array(UInt8.min...UInt8.max), 0.1, 131)
    check(stride(from: Int16.min, to: Int16.max - 13, by: 13).map { $0 }, 3e-5, 0)
  }
}
