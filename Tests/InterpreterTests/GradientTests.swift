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
@Suite struct GradientTests {
  private static let kinds = OpSet.all.filter { $0.gradient != nil }.map { $0.kind.description }
    .filter(GoldenCase.operators.contains)

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
        if verdict.tolerance <= abs(verdict.expected) / 1000 { sharp += 1 }
        #expect(
          abs(verdict.found - verdict.expected) <= verdict.tolerance,
          "\(entry.name), \(verdict): \(verdict.found), by differences \(verdict.expected)")
      }
    }
    #expect(cases > 0, "no case of \(kind) was judged")
    // Most gradients may be zero behind a clamp, but of the others a thousandth too much must show.
    #expect(sharp * 8 >= judged, "\(sharp) of \(judged) elements of \(kind) are judged sharply")
  }

  /// The option that holds the activation, by operator.
  private static let activations: [String: OptionKey<Int8>] = [
    "ADD": AddOptions.activation, "SUB": SubOptions.activation, "MUL": MulOptions.activation,
    "DIV": DivOptions.activation, "CONV_2D": Conv2D.activation,
    "DEPTHWISE_CONV_2D": DepthwiseConv2D.activation, "TRANSPOSE_CONV": TransposeConv.activation,
    "FULLY_CONNECTED": FullyConnected.activation, "AVERAGE_POOL_2D": Pool2D.activation,
    "MAX_POOL_2D": Pool2D.activation, "CONCATENATION": Concatenation.activation,
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
    #expect(Self.kinds.count == OpSet.all.count { $0.gradient != nil })
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

    var description: String { "input \(input), element \(element)" }
  }

  private let file: ModelFile
  private let interpreter: Interpreter
  private let kind: String
  private let node: Node
  private var arrays: [DenseArray]
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
    guard file.model.subgraphs.count == 1, file.model.subgraphs[0].operators.count == 1 else {
      return nil
    }
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
    kind = node.preparation.kind.description
    arrays = inputs
    let values = node.inputs
    operands = values.indices.filter { values[$0]?.type == .float32 }
    if case .moved? = OpSet.spec(for: node.preparation.kind)?.gradient?.way {
      isMoved = true
    } else {
      isMoved = false
    }
    guard !operands.isEmpty,
      node.outputs.allSatisfy({ $0?.type == .float32 && ($0?.count ?? 0) > 0 }),
      operands.allSatisfy({ (values[$0]?.count ?? 0) > 0 }),
      Set(operands.map { values[$0]?.id }).count == operands.count,
      operands.reduce(0, { $0 + (values[$1]?.count ?? 0) }) <= most
    else { return nil }
  }

  // MARK: Values

  private static let products: Set<String> = [
    "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "SOFTMAX",
  ]

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
    _ = try interpreter.run(arrays)
  }

  /// Among the model's inputs; nil for a constant.
  private func place(of value: Value) -> Int? {
    interpreter.inputs.indices.first { interpreter.inputValue($0).id == value.id }
  }

  private var outputs: [Value] { node.outputs.compactMap { $0 } }

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
    let variables = operands.compactMap { node.inputs[$0]?.id }
    let way = try Backpropagation(interpreter, variables: Set(variables))
    guard outputs.allSatisfy({ way.reaches($0.id) }) else { return nil }
    _ = try interpreter.run(arrays)
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
            tolerance: ulp * (Double(16 + terms) * size + (isMoved ? 0 : 2 * reach))))
      }
    }
    return verdicts
  }

  /// At most `most` of `count` elements, evenly spread.
  private static func spread(_ count: Int, most: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
  }

  private typealias Differences = (_ input: Int, _ element: Int) throws -> [[Double]]

  /// Of the kernel itself: what each output element changes by.
  private var moved: Differences {
    { [self] input, element in
      guard let value = node.inputs[input] else { return [] }
      func results(_ change: Float) throws -> [[Float]] {
        if let place = place(of: value) {
          var changed = arrays
          var floats = changed[place].floats
          floats[element] += change
          changed[place] = DenseArray(
            .float32, shape: changed[place].shape, bytes: floats.withUnsafeBytes { Array($0) })
          _ = try interpreter.run(changed)
        } else {
          value.floats[element] += change
          defer { value.floats[element] -= change }
          _ = try interpreter.run(arrays)
        }
        return outputs.map { value in (0..<value.count).map { value.floats[$0] } }
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
