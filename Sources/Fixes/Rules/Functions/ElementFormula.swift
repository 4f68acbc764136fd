import Optimizer
import Platform
import TFLite

/// Operators that together compute a function of each element of one tensor. The function can be tried
/// on numbers, so its form does not matter.
struct ElementFormula {
  /// The tensor that the function is of.
  let source: Int32
  let count: Int
  private let steps: [Step]

  private struct Step {
    let entry: Operator
    let compute: ([Double]) -> Double
    let activation: Int8
  }

  /// The constants among the operands, each the same everywhere.
  private let constants: [Int32: Double]

  /// Longer ones were not seen: the error function as a rational polynomial takes 30.
  private static let most = 48
  /// Where each operator reads the one before alone: LOGISTIC by EXP takes four.
  private static let mostInChain = 6

  /// Returns the formulas that end in an operator, the longest first.
  static func all(endingIn index: Int, _ editor: GraphEditor) throws -> [ElementFormula] {
    guard let last = step(editor.operators[index], editor), let result = last.entry.outputs?.first
    else { return [] }
    var found: [ElementFormula] = []
    var constants: [Int32: Double] = [:]
    var taken = [index]
    var steps = [last]
    var open: Set<Int32> = []
    var isChain = true
    /// Returns false for a constant that is not the same everywhere.
    func read(_ entry: Operator) throws -> Bool {
      let before = open.count
      for tensor in entry.inputs ?? [] where constants[tensor] == nil {
        if let value = try editor.scalar(tensor) {
          constants[tensor] = Double(value)
        } else if editor.isConstant(tensor) {
          return false
        } else {
          open.insert(tensor)
        }
      }
      isChain = isChain && open.count <= before + 1
      return true
    }
    guard try read(last.entry) else { return [] }
    while steps.count < (isChain ? mostInChain : most) {
      if steps.count > 1, open.count == 1, let x = open.first, editor.haveSameForm(x, result) {
        found.append(
          ElementFormula(
            source: x, count: steps.count, steps: steps.reversed(), constants: constants))
      }
      // Everything that could read the tensor made last is already there.
      guard let next = open.max(by: { maker($0, editor) < maker($1, editor) }),
        let producer = editor.producer(of: next), editor.isInner(next),
        !editor.isExcluded(producer.index),
        editor.uses(of: next).allSatisfy({ taken.contains($0.operation) }),
        let step = step(producer.entry, editor)
      else { break }
      open.remove(next)
      taken.append(producer.index)
      steps.append(step)
      guard try read(step.entry) else { break }
    }
    return found.reversed()
  }

  private static func maker(_ tensor: Int32, _ editor: GraphEditor) -> Int {
    editor.producer(of: tensor)?.index ?? -1
  }

  private static func step(_ entry: Operator, _ editor: GraphEditor) -> Step? {
    guard let result = entry.outputs?.first, entry.outputs?.count == 1,
      let inputs = entry.inputs, inputs.allSatisfy({ $0 >= 0 }),
      let function = ElementFunction.byKind[editor.kind(of: entry)],
      function.operands == inputs.count, editor.isFloat(result) || function.isComparison
    else { return nil }
    let alpha = Double(entry.builtinOptions?[LeakyRelu.alpha] ?? 0)
    return Step(
      entry: entry, compute: { function.compute($0, alpha) },
      activation: editor.activation(of: entry))
  }

  func callAsFunction(_ x: Double) -> Double {
    var values = constants
    values[source] = x
    var last = x
    for step in steps {
      let value = step.compute((step.entry.inputs ?? []).map { values[$0] ?? .nan })
      last = FusedFunction.bounds[step.activation].map { min(max(value, $0), $1) } ?? value
      if let result = step.entry.outputs?.first { values[result] = last }
    }
    return last
  }
}

/// What an operator computes of the elements of its operands, and of its option where it has one.
struct ElementFunction: Sendable {
  let operands: Int
  var isComparison = false
  let compute: @Sendable (_ operands: [Double], _ alpha: Double) -> Double

  private static func one(_ function: @escaping @Sendable (Double) -> Double) -> ElementFunction {
    ElementFunction(operands: 1) { values, _ in function(values[0]) }
  }

  private static func two(_ function: @escaping @Sendable (Double, Double) -> Double)
    -> ElementFunction
  {
    ElementFunction(operands: 2) { values, _ in function(values[0], values[1]) }
  }

  private static func compared(
    _ holds: @escaping @Sendable (Double, Double) -> Bool
  ) -> ElementFunction {
    ElementFunction(operands: 2, isComparison: true) { values, _ in
      holds(values[0], values[1]) ? 1 : 0
    }
  }

  private static let choice = ElementFunction(operands: 3) { values, _ in
    values[0] != 0 ? values[1] : values[2]
  }

  static let byKind: [BuiltinOperator: ElementFunction] = {
    typealias Functions = MathFunctions
    var all: [BuiltinOperator: ElementFunction] = [
      .add: two { $0 + $1 }, .subtract: two { $0 - $1 }, .multiply: two { $0 * $1 },
      .divide: two { $0 / $1 },
      .maximum: two { max($0, $1) }, .minimum: two { min($0, $1) },
      .squaredDifference: two { ($0 - $1) * ($0 - $1) },
      .power: two { Functions.power($0, $1) },
      .greater: compared { $0 > $1 }, .greaterEqual: compared { $0 >= $1 },
      .less: compared { $0 < $1 },
      .lessEqual: compared { $0 <= $1 }, .select: choice, .selectV2: choice,
      .negate: one { 0 - $0 }, .square: one { $0 * $0 },
      .sign: one { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
      .relu0To1: one { max(min($0, 1), 0) }, .reluN1To1: one { max(min($0, 1), -1) },
      .logarithm: one { Double(Functions.logarithm(Float($0))) },
      .leakyRelu: ElementFunction(operands: 1) { values, alpha in
        values[0] < 0 ? alpha * values[0] : values[0]
      },
    ]
    all[.reciprocalRoot] = one { 1 / $0.squareRoot() }
    for function in WholeFunction.all {
      all[function.kind] = all[function.kind] ?? one(function.compute)
    }
    // Two functions have this operator.
    all[.gelu] = nil
    return all
  }()
}
