import Interpreter
import TFLite
import TestSupport
import Testing

@testable import Optimizer
@testable import Training

/// Judge: the gradient of Σ g (W x) to x is Wᵀ g.
@Suite struct BackpropagationTests {
  @Test func `Weights behind DEQUANTIZE lead back to what they multiply`() throws {
    let (rows, columns) = (24, 16)
    let halves = weights(rows * columns).map { Swift.Float16($0) }
    var maker = ModelMaker()
    let input = maker.input("x", [1, Int32(columns)])
    let stored = maker.constant(
      "half", [Int32(rows), Int32(columns)], .float16, bytes: halves.withUnsafeBytes { Array($0) })
    let filter = maker.operation("DEQUANTIZE", [stored], "w", [Int32(rows), Int32(columns)])
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [input, filter, -1], "y", [1, Int32(rows)],
        options: OptionTag.fullyConnected))
    let file = try maker.file()

    var options = Interpreter.Options()
    options.sharesMemory = false
    let interpreter = try Interpreter(file, options: options)
    let sample = weights(columns, seed: 2)
    _ = try interpreter.run([
      DenseArray(.float32, shape: [1, columns], bytes: sample.withUnsafeBytes { Array($0) })
    ])
    let id = TensorID(0, input)
    let way = try Backpropagation(interpreter, variables: [id])
    let given = weights(rows, seed: 3)
    let loss = try #require(way.gradient(of: interpreter.outputValue(0).id))
    for row in 0..<rows { loss[row] += given[row] }
    var found = [Float](repeating: 0, count: columns)
    try found.withUnsafeMutableBufferPointer { try way.run(into: [id: $0.baseAddress!]) }
    for column in 0..<columns {
      var expected = 0.0
      for row in 0..<rows {
        expected += Double(halves[row * columns + column]) * Double(given[row])
      }
      #expect(abs(Double(found[column]) - expected) < 1e-3 * max(1, abs(expected)))
    }
  }

  /// y = W x; the output is ⌊y⌋ + 2 y.
  @Test func `Where gradients end is named, and a way around it is taken`() throws {
    let size = 8
    var maker = ModelMaker()
    let input = maker.input("x", [1, Int32(size)])
    let filter = maker.constant(
      "w", [Int32(size), Int32(size)], weights(size * size))
    let product = maker.operation(
      "FULLY_CONNECTED", [input, filter, -1], "y", [1, Int32(size)],
      options: OptionTag.fullyConnected)
    let floor = maker.operation("FLOOR", [product], "floor", [1, Int32(size)])
    let twice = maker.operation("ADD", [product, product], "twice", [1, Int32(size)])
    maker.output(maker.operation("ADD", [floor, twice], "sum", [1, Int32(size)]))
    let file = try maker.file()

    let id = TensorID(0, filter)
    var options = Interpreter.Options()
    options.sharesMemory = false
    options.variables = [id]
    let interpreter = try Interpreter(file, options: options)
    let sample = weights(size, seed: 2)
    _ = try interpreter.run([
      DenseArray(.float32, shape: [1, size], bytes: sample.withUnsafeBytes { Array($0) })
    ])
    let way = try Backpropagation(interpreter, variables: [id])
    #expect(way.ends == ["FLOOR"])
    let loss = try #require(way.gradient(of: interpreter.outputValue(0).id))
    for row in 0..<size { loss[row] += Float(row) }
    var found = [Float](repeating: 0, count: size * size)
    try found.withUnsafeMutableBufferPointer { try way.run(into: [id: $0.baseAddress!]) }
    for row in 0..<size {
      for column in 0..<size {
        #expect(found[row * size + column] == 2 * Float(row) * sample[column])
      }
    }
  }

  @Test func `What is rounded has the gradient of what it rounds, inside its range`() throws {
    let size = 9
    var maker = ModelMaker()
    let input = maker.input("x", [1, Int32(size)])
    maker.output(
      maker.operation(
        "FAKE_QUANT", [input], "y", [1, Int32(size)], options: FakeQuant.min.tag))
    var file = try maker.file()
    file.model.subgraphs[0].operators[0].builtinOptions?[FakeQuant.min] = -1
    file.model.subgraphs[0].operators[0].builtinOptions?[FakeQuant.max] = 1
    file.model.subgraphs[0].operators[0].builtinOptions?[FakeQuant.bits] = 4
    var options = Interpreter.Options()
    options.sharesMemory = false
    let interpreter = try Interpreter(file, options: options)
    let sample: [Float] = [-3, -1.2, -0.8, -0.3, 0, 0.3, 0.8, 1.2, 3]
    _ = try interpreter.run([
      DenseArray(.float32, shape: [1, size], bytes: sample.withUnsafeBytes { Array($0) })
    ])
    let id = TensorID(0, input)
    let way = try Backpropagation(interpreter, variables: [id])
    let loss = try #require(way.gradient(of: interpreter.outputValue(0).id))
    for index in 0..<size { loss[index] += 2 }
    var found = [Float](repeating: 0, count: size)
    try found.withUnsafeMutableBufferPointer { try way.run(into: [id: $0.baseAddress!]) }
    #expect(found == [0, 0, 2, 2, 2, 2, 2, 0, 0])
  }
}
