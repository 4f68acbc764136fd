import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// Judge: the definition. Difference quotients of runs, which golden vectors hold to LiteRT elsewhere
/// (`GoldenVectorTests`), say what a gradient is.
@Suite struct GradientTests {
  private static let kinds = OpSet.all.filter { $0.gradient != nil }.map { $0.kind.description }
    .filter(GoldenCase.operators.contains)

  /// Small shapes are enough, and quick.
  private static let mostElements = 4096

  @Test("Gradients are what the outputs change by", arguments: kinds)
  func gradients(_ kind: String) throws {
    var compared = 0
    for entry in try GoldenCase.runnable(kind) where compared < 12 {
      if try compare(entry) { compared += 1 }
    }
    #expect(compared > 0, "no case of \(kind) was compared")
  }

  @Test func `Operators with a gradient have golden cases`() {
    #expect(Self.kinds.count == OpSet.all.count { $0.gradient != nil })
  }

  /// False for a case that has no gradient to compare: of integers, or of shapes that a run decides.
  private func compare(_ entry: GoldenCase) throws -> Bool {
    var options = Interpreter.Options.single
    options.sharesMemory = false
    let file = try entry.file()
    let interpreter = try Interpreter(file, options: options)
    guard var inputs = entry.runs.first?.inputs else { return false }
    let variables = interpreter.inputs.indices.filter { inputs[$0].type == .float32 }
      .map { interpreter.inputValue($0).id }
    let places = interpreter.inputs.indices.filter { inputs[$0].type == .float32 }
    guard !variables.isEmpty,
      inputs.allSatisfy({ $0.bytes.count <= Self.mostElements * 4 && !$0.bytes.isEmpty })
    else { return false }
    func isFinite(_ array: DenseArray) -> Bool {
      array.type == .float32 && array.floats.allSatisfy(\.isFinite)
    }
    var results: [DenseArray] = []
    // Of positive values alone there are roots.
    for isPositive in [false, true] where results.isEmpty || !results.allSatisfy(isFinite) {
      for place in places {
        inputs[place] = values(like: inputs[place], seed: place + 1, isPositive: isPositive)
      }
      guard let found = try? interpreter.run(inputs) else { return false }
      results = found
    }
    guard results.allSatisfy(isFinite) else { return false }
    let way = try Backpropagation(interpreter, variables: Set(variables))
    let outputs = interpreter.outputs.indices.map { interpreter.outputValue($0).id }
    guard outputs.allSatisfy(way.reaches), Set(outputs).count == outputs.count else {
      return false
    }
    _ = try interpreter.run(inputs)
    let weights = results.indices.map { values(like: results[$0], seed: 100 + $0).floats }
    for (id, weight) in zip(outputs, weights) {
      guard let gradient = way.gradient(of: id) else { continue }
      for index in weight.indices { gradient[index] += weight[index] }
    }
    var found: [TensorID: UnsafeMutablePointer<Float>] = [:]
    defer { for memory in found.values { memory.deallocate() } }
    for (id, place) in zip(variables, places) {
      let count = inputs[place].floats.count
      found[id] = .allocate(capacity: count)
      found[id]?.initialize(repeating: 0, count: count)
    }
    try way.run(into: found)
    for (number, place) in places.enumerated() {
      guard let gradient = found[variables[number]] else { continue }
      let direction = values(like: inputs[place], seed: 200 + place).floats
      let step: Float = 1e-3
      func loss(_ sign: Float) throws -> Double {
        var moved = inputs
        let shifted = zip(inputs[place].floats, direction).map { $0 + sign * step * $1 }
        moved[place] = DenseArray(
          .float32, shape: inputs[place].shape, bytes: shifted.withUnsafeBytes { Array($0) })
        return zip(try interpreter.run(moved), weights).reduce(0) { sum, pair in
          sum + zip(pair.0.floats, pair.1).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
      }
      let quotient = (try loss(1) - loss(-1)) / Double(2 * step)
      let product = direction.indices.reduce(0) {
        $0 + Double(gradient[$1]) * Double(direction[$1])
      }
      // Rounding in float32 by the step, and what kinks between the two runs make.
      let size = direction.indices.reduce(0) {
        $0 + abs(Double(gradient[$1]) * Double(direction[$1]))
      }
      #expect(
        abs(quotient - product) <= 0.01 * size + 0.02,
        "\(entry.name), input \(place): \(product), by differences \(quotient)")
    }
    return true
  }

  /// Away from zero, where many functions have a kink or a pole; of both signs, some above 6.
  private func values(
    like array: DenseArray, seed: Int, isPositive: Bool = false
  ) -> DenseArray {
    var random = SeededRandom(seed: UInt64(seed))
    let floats = (0..<array.bytes.count / 4).map { _ -> Float in
      let unit = random.uniform()
      let isNegative = !isPositive && random.below(4) == 0
      return isNegative ? -0.2 - 2 * unit : 0.2 + 7 * unit * unit
    }
    return .floats(floats, array.shape)
  }
}
