import Foundation
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Interpreter
@testable import Training

/// Judge: the definition. Difference quotients in double precision (`ReferenceOperator`, which must
/// agree with the kernel that LiteRT's vectors judge) say what each element's gradient is. Operators
/// that move elements are judged by their kernel: differences of short numbers are exact in float32.
/// So are operators without a definition here, by differences with two steps, extrapolated.
@Suite struct GradientTests {
  /// Operators that run subgraphs have tests of their own.
  private static let specs = OpSet.all.filter { spec in
    if case .called? = spec.gradient?.way { return false }
    return spec.gradient != nil
  }
  private static let names =
    specs.map { $0.kind.description } + OpSet.builtin.customGradients
  /// Rounding that counts as the identity is no difference quotient.
  private static let straightThrough = "FAKE_QUANT"
  private static let kinds = names.filter {
    GoldenCase.operators.contains($0) && $0 != straightThrough
  }

  private static let mostCases = 8
  private static let mostElements = 600
  /// Of each operand; evenly spread where it has more.
  private static let mostJudged = 32

  @Test("Each element's gradient is what the outputs change by", arguments: kinds)
  func gradients(_ kind: String) throws {
    var cases = 0
    var (judged, sharp) = (0, 0)
    for entry in try GoldenCase.cases(of: kind) where cases < Self.mostCases {
      guard var subject = try GradientSubject(entry, most: Self.mostElements) else { continue }
      guard let verdicts = try subject.verdicts(most: Self.mostJudged) else { continue }
      cases += 1
      for verdict in verdicts {
        judged += 1
        if verdict.tolerance <= verdict.sharp { sharp += 1 }
        #expect(
          abs(verdict.found - verdict.expected) <= verdict.tolerance,
          "\(entry.name), \(verdict): \(verdict.found), by differences \(verdict.expected)")
      }
    }
    #expect(cases > 0, "no case of \(kind) was judged")
    // Most gradients may be zero behind a clamp, but of the others a thousandth too much must show,
    // or a fiftieth where the kernel is its own judge.
    #expect(sharp * 8 >= judged, "\(sharp) of \(judged) elements of \(kind) are judged sharply")
  }

  /// The option that holds the activation, by operator.
  private static let activations: [String: OptionKey<Int8>] = [
    "ADD": AddOptions.activation, "SUB": SubOptions.activation, "MUL": MulOptions.activation,
    "DIV": DivOptions.activation, "CONV_2D": Conv2D.activation,
    "DEPTHWISE_CONV_2D": DepthwiseConv2D.activation, "TRANSPOSE_CONV": TransposeConv.activation,
    "FULLY_CONNECTED": FullyConnected.activation, "AVERAGE_POOL_2D": Pool2D.activation,
    "MAX_POOL_2D": Pool2D.activation, "CONCATENATION": Concatenation.activation,
    "CONV_3D": Conv3D.activation,
    "CONV_3D_TRANSPOSE": Conv3D.activation,
  ]

  @Test(
    "So is it behind each fused activation",
    arguments: activations.keys.sorted().filter(kinds.contains), [1, 2, 3, 4] as [Int8])
  func fused(_ kind: String, _ code: Int8) throws {
    let key = try #require(Self.activations[kind])
    for entry in try GoldenCase.cases(of: kind) {
      guard var subject = try GradientSubject(entry, most: Self.mostElements, (key, code)),
        let verdicts = try subject.verdicts(most: Self.mostJudged)
      else { continue }
      for verdict in verdicts {
        #expect(
          abs(verdict.found - verdict.expected) <= verdict.tolerance,
          "\(entry.name), \(verdict): \(verdict.found), by differences \(verdict.expected)")
      }
      #expect(verdicts.contains { $0.expected != 0 }, "\(entry.name) is clamped everywhere")
      return
    }
    Issue.record("no case of \(kind) was judged")
  }

  @Test func `Operators with a gradient have golden cases`() {
    #expect(Self.kinds.count + 1 == Self.names.count)
  }
}

/// One golden case with values of our own, all float operands of its only operator as variables.
private struct GradientSubject {
  struct Verdict: CustomStringConvertible {
    let input: Int
    let element: Int
    let found: Double
    let expected: Double
    let tolerance: Double
    /// A sharp verdict would see an error of this.
    let sharp: Double

    var description: String { "input \(input), element \(element)" }
  }

  private let file: ModelFile
  private let interpreter: Interpreter
  private let kind: String
  private let node: Node
  private var arrays: [DenseArray]
  private var states: [(value: Value, floats: [Float])] = []
  /// Positions of the float operands.
  private let operands: [Int]
  private let isMoved: Bool
  private let isTanh: Bool

  /// Nil for a case that has no gradient: of integers, of shapes that a run decides, of several
  /// operators; for a large one, and for one without options where an activation is to be set.
  init?(
    _ entry: GoldenCase, most: Int, _ activation: (key: OptionKey<Int8>, code: Int8)? = nil
  ) throws {
    guard let inputs = entry.runs.first?.inputs, inputs.allSatisfy({ !$0.bytes.isEmpty }) else {
      return nil
    }
    var file = try entry.file()
    guard file.model.subgraphs.count == 1, let first = file.model.subgraphs[0].operators.first,
      // A custom pool and its inverse are judged together.
      file.model.subgraphs[0].operators.count == 1 || file.model.kind(of: first) == .custom
    else { return nil }
    if let activation {
      file.model.subgraphs[0].operators[0].builtinOptions?[activation.key] = activation.code
      guard
        file.model.subgraphs[0].operators[0].builtinOptions?[activation.key] == activation.code
      else { return nil }
    }
    isTanh = activation?.code == 4
    self.file = file
    let subgraph = file.model.subgraphs[0]
    let ids = (subgraph.operators[0].inputs ?? []).filter { $0 >= 0 }.map { TensorID(0, Int($0)) }
    var options = Interpreter.Options.single
    options.sharesMemory = false
    let given = Set((subgraph.inputs ?? []).map(Int.init))
    options.variables = Set(
      ids.filter { !given.contains($0.index) && subgraph.tensors[$0.index].type == .float32 })
    // Runs once for the shapes of the case, which may be others than the file's.
    guard let interpreter = try? Interpreter(file, options: options),
      (try? interpreter.run(inputs)) != nil
    else { return nil }
    self.interpreter = interpreter
    node = interpreter.mainNodes[0]
    kind = node.name
    arrays = inputs
    let values = node.inputs
    operands = values.indices.filter {
      values[$0]?.type == .float32 && values[$0]?.tensor.isVariable == false
    }
    if case .moved? = OpSet.spec(for: node.preparation.kind)?.gradient?.way {
      isMoved = true
    } else {
      isMoved = false
    }
    guard !operands.isEmpty,
      // Integer weights round what they multiply.
      !values.contains(where: { [.int8, .uint8, .int4, .int2].contains($0?.type) }),
      node.outputs.first??.type == .float32,
      node.outputs.allSatisfy({ ($0?.count ?? 0) > 0 }),
      operands.allSatisfy({ (values[$0]?.count ?? 0) > 0 }),
      Set(operands.map { values[$0]?.id }).count == operands.count,
      operands.reduce(0, { $0 + (values[$1]?.count ?? 0) }) <= most
    else { return nil }
  }

  // MARK: Values

  private static let products: Set<String> = [
    "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "SOFTMAX", "BATCH_MATMUL",
    "CONV_3D", "CONV_3D_TRANSPOSE", "LOG_SOFTMAX",
  ]

  /// Cells, which large sums would saturate.
  private var isRecurrent: Bool {
    kind.hasSuffix("LSTM") || kind.hasSuffix("RNN") || kind == "SVDF"
  }

  /// Of both signs and away from zero, so that functions have no kink or pole there; some above 6
  /// where nothing is added up. Short numbers for operators that move elements.
  private func values(count: Int, seed: Int, isPositive: Bool) -> [Float] {
    var generator = SeededRandom(seed: UInt64(seed))
    let greatest: Float = Self.products.contains(kind) ? 1 : 7
    return (0..<count).map { _ in
      if isMoved {
        let number = Float(Int.random(in: 1...500, using: &generator)) / 64
        return Bool.random(using: &generator) ? number : -number
      }
      let unit = Float.random(in: 0..<1, using: &generator)
      if isRecurrent { return isPositive ? unit / 2 : unit - 0.5 }
      let isNegative = !isPositive && Int.random(in: 0..<3, using: &generator) == 0
      return isNegative ? -0.2 - 2 * unit : 0.2 + greatest * unit * unit
    }
  }

  /// Puts values into all float operands and runs.
  private mutating func fill(isPositive: Bool) throws {
    for position in operands {
      guard let value = node.inputs[position] else { continue }
      let fresh = values(count: value.count, seed: 7 + position, isPositive: isPositive)
      if let place = place(of: value) {
        arrays[place] = DenseArray(
          .float32, shape: value.shape, bytes: fresh.withUnsafeBytes { Array($0) })
      } else {
        for index in fresh.indices { value.floats[index] = fresh[index] }
      }
    }
    try run()
  }

  /// States begin with what a run left, where the interpreter keeps it for gradients, else with 0.
  @discardableResult
  private func run(_ inputs: [DenseArray]? = nil) throws -> [DenseArray] {
    interpreter.resetState()
    for (value, floats) in states {
      for index in floats.indices { value.floats[index] = floats[index] }
    }
    return try interpreter.run(inputs ?? arrays)
  }

  private mutating func keepStates() throws {
    guard interpreter.recordsRuns else { return }
    try run()
    states = node.inputs.compactMap { $0 }.filter(\.tensor.isVariable).map { value in
      (value, (0..<value.count).map { value.floats[$0] })
    }
  }

  /// Among the model's inputs; nil for a constant.
  private func place(of value: Value) -> Int? {
    interpreter.inputs.indices.first { interpreter.inputValue($0).id == value.id }
  }

  private var outputs: [Value] {
    let isAlone = interpreter.mainNodes.count == 1
    let values =
      isAlone ? node.outputs : interpreter.outputs.indices.map { interpreter.outputValue($0) }
    return values.compactMap { $0 }.filter { $0.type == .float32 }
  }

  // MARK: Gradients

  /// Nil where no gradient leads from the outputs to the operands.
  mutating func verdicts(most: Int) throws -> [Verdict]? {
    for isPositive in [false, true] {
      guard (try? fill(isPositive: isPositive)) != nil else { return nil }
      let isFinite = outputs.allSatisfy { value in
        (0..<value.count).allSatisfy { value.floats[$0].isFinite }
      }
      if isFinite { break }
      if isPositive { return nil }
    }
    try keepStates()
    let variables = operands.compactMap { node.inputs[$0]?.id }
    let way = try Backpropagation(interpreter, variables: Set(variables))
    guard outputs.allSatisfy({ way.reaches($0.id) }) else { return nil }
    try run()
    var generator = SeededRandom(seed: 99)
    let weights = outputs.map { value in
      (0..<value.count).map { _ in
        // Short, so that products with moved elements are exact.
        Double(Int.random(in: 8...64, using: &generator)) / 32
          * (Bool.random(using: &generator) ? 1 : -1)
      }
    }
    for (value, weights) in zip(outputs, weights) {
      guard let gradient = way.gradient(of: value.id) else { return nil }
      for index in weights.indices { gradient[index] += Float(weights[index]) }
    }
    var found: [TensorID: UnsafeMutablePointer<Float>] = [:]
    defer { for memory in found.values { memory.deallocate() } }
    for position in operands {
      guard let value = node.inputs[position] else { continue }
      found[value.id] = .allocate(capacity: max(value.count, 1))
      found[value.id]?.initialize(repeating: 0, count: max(value.count, 1))
    }
    try way.run(into: found)
    if !isMoved, !ReferenceOperator.defines(kind) {
      return try extrapolated(weights, found, most: most)
    }
    let differences = isMoved ? moved : try defined()
    guard let differences else { return nil }
    var verdicts: [Verdict] = []
    for position in operands {
      guard let value = node.inputs[position], let gradient = found[value.id] else { continue }
      for element in Self.spread(value.count, most: most) {
        let slopes = try differences(position, element)
        var (expected, size, reach, terms) = (0.0, 0.0, 0.0, 0)
        for (output, weights) in weights.enumerated() {
          for (index, weight) in weights.enumerated() where slopes[output][index] != 0 {
            let term: Double = weight * slopes[output][index]
            expected += term
            size += abs(term)
            let y = Double(outputs[output].floats[index])
            reach += isTanh ? abs(term) / (1 - y * y) : abs(weight)
            terms += 1
          }
        }
        // A sum of so many rounded terms; and functions whose slope is a difference, as 1 − y²,
        // times that of what is inside them.
        let ulp = Double(Float.ulpOfOne)
        verdicts.append(
          Verdict(
            input: position, element: element, found: Double(gradient[element]),
            expected: expected,
            tolerance: ulp * (Double(16 + terms) * size + (isMoved ? 0 : 2 * reach)),
            sharp: abs(expected) / 1000))
      }
    }
    return verdicts
  }

  /// By the kernel's own differences D(h) with steps of 1/16 and 1/32: (4 D(h/2) − D(h)) ÷ 3 has an
  /// error of h⁴, and its distance from D(h/2) says how large that may be. The slopes on both sides
  /// differ by h times the curvature; if they differ as much for h/2, there is a kink.
  private func extrapolated(
    _ weights: [[Double]], _ found: [TensorID: UnsafeMutablePointer<Float>], most: Int
  ) throws -> [Verdict] {
    func sum(_ input: Int, _ element: Int, _ step: Float) throws -> (sum: Double, size: Double) {
      try change(input, element, by: step) {
        var (sum, size) = (0.0, 0.0)
        for (value, weights) in zip(outputs, weights) {
          for index in weights.indices {
            let term = weights[index] * Double(value.floats[index])
            sum += term
            size += abs(term)
          }
        }
        return (sum, size)
      }
    }
    var verdicts: [Verdict] = []
    for position in operands {
      guard let value = node.inputs[position], let gradient = found[value.id] else { continue }
      let gradients = (0..<value.count).map { Double(gradient[$0]) }
      for element in Self.spread(value.count, most: most) {
        let middle = try sum(position, element, 0).sum
        func difference(_ step: Float) throws -> (slope: Double, bend: Double, noise: Double) {
          let (up, down) = (
            try sum(position, element, step), try sum(position, element, -step)
          )
          let span = 2 * Double(step)
          return (
            (up.sum - down.sum) / span, 2 * (up.sum + down.sum - 2 * middle) / span,
            Double(Float.ulpOfOne) * (up.size + down.size) / span
          )
        }
        let (coarse, fine) = (try difference(1 / 16), try difference(1 / 32))
        let expected = (4 * fine.slope - coarse.slope) / 3
        verdicts.append(
          Verdict(
            input: position, element: element, found: gradients[element], expected: expected,
            tolerance: 2 * abs(fine.slope - expected) + abs(2 * fine.bend - coarse.bend)
              + 8 * fine.noise + 1e-4 * abs(expected), sharp: max(0.1, abs(expected)) / 50))
      }
    }
    return verdicts
  }

  /// Runs with one element of an operand changed, and returns what `body` does then.
  private func change<Result>(
    _ input: Int, _ element: Int, by change: Float, _ body: () -> Result
  ) throws -> Result {
    guard let value = node.inputs[input] else { throw CocoaError(.coderInvalidValue) }
    guard let place = place(of: value) else {
      let before = value.floats[element]
      defer { value.floats[element] = before }
      value.floats[element] = before + change
      try run()
      return body()
    }
    var changed = arrays
    var floats = changed[place].floats
    floats[element] += change
    changed[place] = DenseArray(
      .float32, shape: changed[place].shape, bytes: floats.withUnsafeBytes { Array($0) })
    try run(changed)
    return body()
  }

  /// At most `most` of `count` elements, evenly spread.
  private static func spread(_ count: Int, most: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
  }

  private typealias Differences = (_ input: Int, _ element: Int) throws -> [[Double]]

  /// Of the kernel itself: what each output element changes by.
  private var moved: Differences {
    { [self] input, element in
      func results(_ step: Float) throws -> [[Float]] {
        try change(input, element, by: step) {
          outputs.map { value in (0..<value.count).map { value.floats[$0] } }
        }
      }
      let step: Float = 1 / 256
      return zip(try results(step), try results(-step)).map { up, down in
        zip(up, down).map { Double($0 - $1) / Double(2 * step) }
      }
    }
  }

  /// Of the definition in double precision; nil where there is none, or where the kernel computes
  /// something else.
  private func defined() throws -> Differences? {
    let reference = ReferenceOperator(
      kind: kind, options: node.preparation.options, outputShape: outputs[0].shape)
    let inputs = node.inputs.map { $0.flatMap { RealTensor($0) } }
    guard let result = reference.run(inputs) else { return nil }
    let greatest: Double = result.values.map { abs($0) }.max() ?? 0
    for (index, expected) in result.values.enumerated() {
      let found = Double(outputs[0].floats[index])
      #expect(
        abs(found - expected) <= 1e-5 * greatest,
        "\(kind): the kernel's \(found) is not the definition's \(expected)")
    }
    // Rounding (2^−53 ÷ step) and curvature (step²) both stay far below float32's rounding.
    let step = 0x1p-17
    return { input, element in
      func results(_ change: Double) -> [Double] {
        var changed = inputs
        changed[input]?.values[element] += change
        return reference.run(changed)?.values ?? []
      }
      return [zip(results(step), results(-step)).map { ($0 - $1) / (2 * step) }]
    }
  }
}
