import OpSet
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// Judge: equality bit by bit, of results with other numbers of threads, or of the same run again.
/// That the results are right is judged elsewhere (`GoldenVectorTests`).
@Suite struct DeterminismTests {
  @Test(
    "Every golden case gives the same bits on 1, 2, 3 and 7 threads, and when it starts again",
    arguments: GoldenCase.operators)
  func goldenCases(_ kind: String) throws {
    for entry in try GoldenCase.runnable(kind) {
      let file = try entry.file()
      var expected: [[DenseArray]]?
      for threads in [1, 2, 3, 7] {
        let interpreter = try Interpreter(file, options: .threads(threads))
        let found = try entry.runs.map { try interpreter.run($0.inputs) }
        #expect(found == expected ?? found, "\(entry.name) on \(threads) threads")
        expected = found
        guard threads == 2, !entry.drawsNumbers else { continue }
        interpreter.resetState()
        let again = try entry.runs.map { try interpreter.run($0.inputs) }
        #expect(again == found, "\(entry.name) again")
      }
    }
  }

  @Test(
    "Every fixture gives the same bits on 1, 2, 3 and 7 threads", arguments: Fixtures.runnable)
  func fixtures(_ name: String) throws {
    let file = try Fixtures.open(name)
    var expected: [[DenseArray]]?
    for threads in [1, 2, 3, 7] {
      let interpreter = try Interpreter(file, options: .threads(threads))
      let found = try (1...3).map { try interpreter.run(interpreter.randomInputs(seed: $0)) }
      #expect(found == expected ?? found, "\(threads) threads")
      expected = found
    }
  }

  @Test("Large operators, which are cut into tiles, give the same bits on any number of threads")
  func largeOperators() throws {
    for (kind, scale) in [("CONV_2D", 8), ("DEPTHWISE_CONV_2D", 12), ("AVERAGE_POOL_2D", 16)] {
      var tiled = 0
      for entry in try GoldenCase.cases(of: kind) {
        guard let small = entry.runs.first?.inputs, small.count == 1, small[0].shape.count == 4,
          small[0].type == .float32
        else { continue }
        let shape = small[0].shape
        let input = DenseArray.random(
          small[0].type, shape: [2, shape[1] * scale, shape[2] * scale, shape[3]], seed: 5)
        let file = try entry.file()
        let expected = try Interpreter(file, options: .threads(1)).run([input])
        for threads in [2, 3, 7] {
          let found = try Interpreter(file, options: .threads(threads)).run([input])
          #expect(found == expected, "\(entry.name) on \(threads) threads")
        }
        tiled += 1
      }
      #expect(tiled > 3, "\(kind)")
    }
  }

  @Test("A run leaves nothing behind for the next", arguments: Fixtures.runnable)
  func repetition(_ name: String) throws {
    let interpreter = try Interpreter(Fixtures.open(name), options: .threads(2))
    let first = try interpreter.run(interpreter.randomInputs(seed: 1))
    for seed: UInt64 in [2, 3, 1, 1] {
      interpreter.resetState()
      let found = try interpreter.run(interpreter.randomInputs(seed: seed))
      if seed == 1 { #expect(found == first) }
    }
  }
}

extension GoldenCase {
  /// Random numbers go on where they were; no reset starts them anew.
  var drawsNumbers: Bool { name.hasPrefix("RANDOM") || name.hasPrefix("MULTINOMIAL") }
}
