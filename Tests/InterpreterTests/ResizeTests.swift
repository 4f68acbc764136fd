import Foundation
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// Judges: single runs, for batches; a fresh interpreter and parts of images, for sizes. LiteRT says
/// which fixtures take other batches (ai-edge-litert 2.3.0, `resize_tensor_input`).
@Suite struct ResizeTests {
  static let batched = ["blockwise", "embedding_gather", "huge_values"].filter(
    Fixtures.runnable.contains)

  @Test("A batch of three gives what three single runs give", arguments: batched)
  func batch(_ name: String) throws {
    try compareBatch(try Fixtures.open(name), name)
  }

  @Test(
    "A batch of three of one operator gives what three single runs give",
    arguments: [
      "CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D", "RESIZE_BILINEAR", "PRELU",
      "SPACE_TO_DEPTH",
    ])
  func operatorBatch(_ kind: String) throws {
    var compared = 0
    for entry in try GoldenCase.cases(of: kind) {
      guard let inputs = entry.runs.first?.inputs, inputs.count == 1, inputs[0].shape.count == 4,
        inputs[0].shape[0] == 1, inputs[0].type == .float32, !entry.runs[0].outputs.isEmpty
      else { continue }
      try compareBatch(entry.file(), entry.name)
      compared += 1
    }
    #expect(compared > 0)
  }

  /// Batch 1, 3 and 1 again.
  private func compareBatch(_ file: ModelFile, _ name: String) throws {
    let interpreter = try Interpreter(file, options: .threads(2))
    let shapes = interpreter.inputs.map { [1] + $0.shape.dropFirst() }
    let singles = (0..<3).map { row in
      zip(interpreter.inputs, shapes).map { port, shape in
        DenseArray.random(port.type, shape: shape, seed: UInt64(row + 10))
      }
    }
    let together = shapes.indices.map { input in
      DenseArray(
        singles[0][input].type, shape: [3] + shapes[input].dropFirst(),
        bytes: singles.flatMap { $0[input].bytes })
    }
    let before = try interpreter.run(singles[0])
    let batch = try interpreter.run(together)
    for (row, single) in singles.enumerated() {
      let expected = try interpreter.run(single)
      if row == 0 { #expect(expected == before, "\(name)") }
      for (output, right) in zip(batch, expected) {
        let rows = right.shape[0]
        let difference = output.rows(row * rows..<(row + 1) * rows)
          .difference(from: right, tolerance: 1e-6)
        #expect(difference == nil, "\(name), row \(row): \(difference ?? "")")
      }
    }
  }

  @Test(
    "The way to a size does not matter",
    arguments: ["CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"])
  func sizes(_ kind: String) throws {
    for entry in try GoldenCase.cases(of: kind) {
      guard let original = entry.runs.first?.inputs, original.count == 1,
        original[0].shape.count == 4
      else { continue }
      let file = try entry.file()
      let travelled = try Interpreter(file, options: .threads(2))
      let shape = original[0].shape
      func image(_ height: Int, _ width: Int) -> [DenseArray] {
        let size = [shape[0], shape[1] + height, shape[2] + width, shape[3]]
        return [.random(original[0].type, shape: size, seed: UInt64(height * 50 + width))]
      }
      let first = try travelled.run(original)
      for (height, width) in [(5, 2), (0, 9), (40, 33), (1, 1), (5, 2)] {
        let fresh = try Interpreter(file, options: .single).run(image(height, width))
        #expect(
          try travelled.run(image(height, width)) == fresh, "\(entry.name) \(height) \(width)")
      }
      #expect(try travelled.run(original) == first, "\(entry.name)")
    }
  }

  @Test("The corner of a large image gives the corner of its result, without padding")
  func crops() throws {
    var compared = 0
    for kind in ["CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"] {
      for entry in try GoldenCase.cases(of: kind) {
        guard let original = entry.runs.first?.inputs, original.count == 1,
          original[0].shape.count == 4, original[0].shape[0] == 1, original[0].type == .float32,
          try entry.isUnpadded, try !GoldenCase.isHybrid(entry.file().model)
        else { continue }
        let interpreter = try Interpreter(entry.file(), options: .threads(2))
        let shape = original[0].shape
        let size = [1, shape[1] * 4 + 3, shape[2] * 5 + 2, shape[3]]
        let large = DenseArray.random(.float32, shape: size, seed: 3)
        let result = try interpreter.run([large])[0]
        let corner = try interpreter.run([large.corner(shape[1], shape[2])])[0]
        let difference = result.corner(corner.shape[1], corner.shape[2])
          .difference(from: corner, tolerance: 1e-6)
        #expect(difference == nil, "\(entry.name): \(difference ?? "")")
        compared += 1
      }
    }
    #expect(compared > 5)
  }

  // MARK: Failures

  #if os(Linux)
    @Test func `An interpreter that cannot be made leaves no threads`() async {
      await #expect(processExitsWith: .success) {
        let file = try Fixtures.open("digits_cnn")
        var options = Interpreter.Options.threads(4)
        options.signature = "no such signature"
        for _ in 0..<20 {
          #expect(throws: InterpreterFault.self) { try Interpreter(file, options: options) }
        }
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        #expect(threads.count < 20)
      }
    }
  #endif

  @Test func `A shape that the operators refuse leaves the old one usable`() throws {
    let interpreter = try Interpreter(Fixtures.open("digits_cnn"), options: .threads(2))
    let input = interpreter.randomInputs(seed: 1)
    let expected = try interpreter.run(input)
    for bad in [
      [1, 7, 5, 1], [3, 16, 16, 1], [1, 16, 16, 3], [16, 16], [1, 400, 400, 1], [0, 16, 16, 1],
    ] {
      #expect(throws: InterpreterFault.self, "\(bad)") { try interpreter.resize([bad]) }
      #expect(throws: InterpreterFault.self, "\(bad)") { try interpreter.run() }
      let bytes = [UInt8](repeating: 0, count: 4 * bad.reduce(1, *))
      #expect(throws: InterpreterFault.self, "\(bad)") {
        try bytes.withUnsafeBytes { try interpreter.setInput(0, $0) }
      }
      #expect(try interpreter.run(input) == expected, "\(bad)")
    }
  }

  @Test(
    "A shape that no tensor can have is refused",
    arguments: [[-1, 16, 16, 1], [1, -16, -16, 1], [1 << 40, 16, 16, 1], [.max, .max, .max, 1]])
  func impossible(_ shape: [Int]) throws {
    let interpreter = try Interpreter(Fixtures.open("digits_cnn"), options: .single)
    let input = interpreter.randomInputs(seed: 1)
    let expected = try interpreter.run(input)
    #expect(throws: InterpreterFault.self) { try interpreter.resize([shape]) }
    #expect(try interpreter.run(input) == expected)
  }

  @Test func `Inputs of another number, type or size are refused`() throws {
    let interpreter = try Interpreter(Fixtures.open("digits_cnn"), options: .single)
    let input = interpreter.randomInputs(seed: 1)
    let expected = try interpreter.run(input)
    #expect(throws: InterpreterFault.inputCount(expected: 1, found: 0)) { try interpreter.run([]) }
    #expect(throws: InterpreterFault.inputCount(expected: 1, found: 2)) {
      try interpreter.resize([[1], [1]])
    }
    var short = input[0]
    short.bytes.removeLast()
    #expect(throws: InterpreterFault.self) { try interpreter.run([short]) }
    var other = input[0]
    other.type = .int32
    #expect(throws: InterpreterFault.self) { try interpreter.run([other]) }
    #expect(try interpreter.run(input) == expected)
  }
}

extension GoldenCase {
  /// Whether the first operator is a convolution or pool with padding VALID (1).
  fileprivate var isUnpadded: Bool {
    get throws {
      let options = try file().model.subgraphs[0].operators.first?.builtinOptions
      return options?[Conv2D.padding] == 1 || options?[DepthwiseConv2D.padding] == 1
        || options?[Pool2D.padding] == 1
    }
  }
}

extension DenseArray {
  /// The first rows and columns of a float image.
  fileprivate func corner(_ height: Int, _ width: Int) -> DenseArray {
    let line = shape[2] * shape[3] * 4
    let rows = (0..<height).flatMap { bytes[$0 * line..<$0 * line + width * shape[3] * 4] }
    return DenseArray(type, shape: [1, height, width, shape[3]], bytes: rows)
  }
}
