import Interpreter
import TFLite
import TestSupport
import Testing

/// Judge: a plain loop.
@Suite struct SharedConstantTests {
  @Test func `Integers that one operator packs stay for another that decodes them later`() throws {
    let (rows, columns) = (64, 32)
    let integers = (0..<rows * columns).map { Int8($0 % 255 - 127) }
    var maker = ModelMaker()
    let x = maker.input("x", [1, Int32(columns)])
    let z = maker.input("z", [Int32(rows), Int32(columns)])
    let weight = maker.constant(
      "weight", [Int32(rows), Int32(columns)], .int8, bytes: [UInt8](of: integers))
    maker.edit(weight) { $0.quantization = Quantization(symmetric: [0.5]) }
    let decoded = maker.operation(
      "DEQUANTIZE", [weight], "decoded", [Int32(rows), Int32(columns)])
    maker.output(
      maker.operation(
        "ADD", [decoded, z], "sum", [Int32(rows), Int32(columns)], options: OptionTag.add))
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, weight, -1], "y", [1, Int32(rows)],
        options: OptionTag.fullyConnected))
    let interpreter = try Interpreter(maker.file())
    let zeros = [Float](repeating: 0, count: rows * columns)
    let found = try interpreter.run([
      DenseArray(
        .float32, shape: [1, columns], bytes: [UInt8](of: [Float](repeating: 1, count: columns))),
      DenseArray(.float32, shape: [rows, columns], bytes: [UInt8](of: zeros)),
    ])
    #expect(found[0].floats == integers.map { Float($0) * 0.5 })
  }
}
