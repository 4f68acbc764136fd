import TFLite
import Testing

@testable import Optimizer

/// Judge: the formulas of the TensorFlow Lite quantization specification, value by value in double
/// precision, and the schema's packing of integers below eight bits.
@Suite struct WeightEncodingTests {
  private static let shape: [Int32] = [3, 5, 7]

  /// Values, with those that lie just between two integers of a channel of `WeightBits.four`.
  private let values = weights(105).enumerated().map { index, value in
    index % 9 == 4 ? Float(index % 13 - 6) / 2 * 0.125 : value
  }

  private func read(_ data: TensorData, _ range: Range<Int>? = nil) throws -> [UInt8] {
    let reader = DataReader(data, file: UnsafeRawBufferPointer(start: nil, count: 0))
    var bytes = [UInt8](repeating: 0xAA, count: range?.count ?? data.count)
    try bytes.withUnsafeMutableBytes { try reader.fill($0, at: range?.lowerBound ?? 0) }
    return bytes
  }

  /// The channel of each value along `axis`; 0 for all where it is nil.
  private func channels(_ axis: Int?) -> [Int] {
    (0..<105).map { index in
      let place = [index / 35, index / 7 % 5, index % 7]
      return axis.map { place[$0] } ?? 0
    }
  }

  @Test(arguments: WeightBits.allCases, [nil, 0, 1, 2] as [Int?])
  func `Integers are the nearest and are packed from the low bits on`(
    bits: WeightBits, axis: Int?
  ) throws {
    let most = [WeightBits.two: 1, .four: 7, .eight: 127][bits] ?? 0
    let channels = channels(axis)
    var magnitudes = [Float](repeating: 0, count: (channels.max() ?? 0) + 1)
    for (value, channel) in zip(values, channels) {
      magnitudes[channel] = max(magnitudes[channel], abs(value))
    }
    let expected = zip(values, channels).map { value, channel -> Int in
      let steps = Double(value) / (Double(magnitudes[channel]) / Double(most))
      return Int(max(-Double(most), min(Double(most), steps.rounded(.toNearestOrAwayFromZero))))
    }
    let width = bits.rawValue
    var packed = [UInt8](repeating: 0, count: (105 * width + 7) / 8)
    for (index, integer) in expected.enumerated() {
      for bit in 0..<width where integer & 1 << bit != 0 {
        packed[(index * width + bit) / 8] |= 1 << UInt8((index * width + bit) % 8)
      }
    }

    let layout = axis.flatMap { ChannelLayout(shape: Self.shape, axis: $0) } ?? .perTensor
    let encoding = WeightEncoding(bits, layout, axis: axis ?? 0, magnitudes: magnitudes)
    let source = TensorData.bytes(values.withUnsafeBytes { Array($0) })
    let integers = encoding.integers(of: source, count: values.count)
    #expect(try read(integers) == packed)
    for start in stride(from: 0, to: packed.count, by: 11) {
      let range = start..<min(start + 11, packed.count)
      #expect(try read(integers, range) == Array(packed[range]))
    }
    #expect(encoding.stored(expected.map { Int8($0) }) == .bytes(packed))

    let back = try read(encoding.values(of: integers, count: values.count)).elements(Float.self)
    for (index, value) in back.enumerated() {
      let magnitude = Double(magnitudes[channels[index]])
      let error = abs(Double(value) - Double(values[index]))
      #expect(error <= magnitude / Double(most) / 2 * 1.000001, "value \(values[index])")
    }
    #expect(Set(expected).isSubset(of: Set(-most...most)) && expected.contains(most))
  }

  @Test(arguments: WeightBits.allCases) func `The quantization is what the runtime reads`(
    bits: WeightBits
  ) throws {
    let layout = try #require(ChannelLayout(shape: Self.shape, axis: 1))
    let encoding = WeightEncoding(bits, layout, axis: 1, magnitudes: [1, 2, 3, 4, 5])
    let most: Float = [WeightBits.two: 1, .four: 7, .eight: 127][bits] ?? 0
    #expect(encoding.quantization.scale == [1 / most, 2 / most, 3 / most, 4 / most, 5 / most])
    #expect(encoding.quantization.zeroPoint == [0, 0, 0, 0, 0])
    #expect(encoding.quantization.quantizedDimension == 1)
    #expect(encoding.bits.type.bits == bits.rawValue)
  }

  @Test func `Dead channels have a floor, and tiny tensors keep their values`() {
    func floored(_ magnitudes: [Float], _ floor: WeightEncoding.Floor) -> [Float] {
      WeightEncoding(.four, .perTensor, axis: 0, magnitudes: magnitudes).floored(floor).magnitudes
    }
    for floor: WeightEncoding.Floor in [.plain, .ofTensor] {
      #expect(floored([0, 1], floor) == [5e-7, 1] && floored([0], floor) == [5e-7])
    }
    #expect(floored([0, 1e-6, 1e-5], .plain) == [5e-7, 1e-6, 1e-5])
    #expect(floored([0, 1e-6, 1e-5], .ofTensor) == [1e-5 / 1000, 1e-6, 1e-5])
    #expect(floored([1e-37], .ofTensor) == [1e-37])
    #expect(floored([1e-38], .ofTensor) == [7 * .leastNormalMagnitude])
  }
}
