import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// Judges: runs in which no two values share memory, and the definition of a plan.
@Suite struct ArenaTests {
  @Test(
    "Every tensor of a fixture is the same without shared memory", arguments: Fixtures.runnable
  )
  func fixtures(_ name: String) throws {
    let file = try Fixtures.open(name)
    let inputs = try Interpreter(file, options: .single).randomInputs(seed: 7)
    try compare(file, [inputs, inputs], name)
  }

  @Test("Every tensor of a golden case is the same without shared memory", arguments: kinds)
  func goldenCases(_ kind: String) throws {
    for entry in try GoldenCase.runnable(kind) {
      try compare(entry.file(), entry.runs.map(\.inputs), entry.name)
    }
  }

  /// Compares what each operator makes, and the outputs: as it is, without shared memory, and on two
  /// threads, where all memory is NaN before each run of the last two.
  private func compare(_ file: ModelFile, _ runs: [[DenseArray]], _ name: String) throws {
    let shared = try Interpreter(file, options: .single)
    var options = Interpreter.Options.single
    options.sharesMemory = false
    let apart = try Interpreter(file, options: options)
    let poisoned = try Interpreter(file, options: .threads(2))
    for (index, inputs) in runs.enumerated() {
      var expected: [Record] = []
      var found: [Record] = []
      let right = try apart.runPoisoned(inputs) { expected.append(Record($0)) }
      let mine = try shared.run(inputs) { found.append(Record($0)) }
      #expect(mine == right, "\(name), run \(index)")
      #expect(expected.count == found.count, "\(name), run \(index)")
      let wrong = zip(found, expected).first { $0 != $1 }?.0
      #expect(wrong == nil, "\(name), run \(index): \(wrong?.place ?? "")")
      #expect(try poisoned.runPoisoned(inputs) == mine, "\(name), run \(index), poisoned")
    }
  }

  @Test("Blocks that live at the same time do not overlap", arguments: 0..<200)
  func plans(seed: UInt64) {
    var generator = SeededRandom(seed: seed)
    let blocks = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
      let first = Int.random(in: -1...20, using: &generator)
      let last =
        Bool.random(using: &generator) ? first + Int.random(in: 0...6, using: &generator) : .max
      return ArenaPlan.Block(
        bytes: Int.random(in: 0...5000, using: &generator), first: first, last: last)
    }
    let plan = ArenaPlan(blocks)
    for (a, block) in blocks.enumerated() {
      #expect(plan.offsets[a] % 64 == 0)
      #expect(plan.offsets[a] + block.bytes + ArenaPlan.slack <= plan.byteCount)
      for (b, other) in blocks.enumerated().dropFirst(a + 1)
      where block.first <= other.last && other.first <= block.last {
        let isApart =
          plan.offsets[a] + block.bytes + ArenaPlan.slack <= plan.offsets[b]
          || plan.offsets[b] + other.bytes + ArenaPlan.slack <= plan.offsets[a]
        #expect(isApart, "\(a) and \(b)")
      }
    }
  }

  @Test func `A chain of equal layers needs room for two`() {
    let blocks = (0..<50).map { ArenaPlan.Block(bytes: 64_000, first: $0, last: $0 + 1) }
    #expect(ArenaPlan(blocks).byteCount == 2 * 64_064)
  }

  private static var kinds: [String] { GoldenCase.operators.filter { !$0.hasPrefix("RANDOM") } }
}

/// What an operator made.
private struct Record: Equatable {
  let place: String
  let shapes: [[Int]]
  let bytes: [[UInt8]]

  init(_ observation: Interpreter.Observation) {
    place =
      "subgraphs[\(observation.subgraph)].operators[\(observation.operatorIndex)]"
      + " \(observation.name)"
    shapes = observation.outputs.map(\.shape)
    bytes = observation.outputs.map { Array($0.bytes) }
  }
}
