import Optimizer
import Platform
import TFLite

/// Makes one operator of those that together compute a function of each element that has an operator of
/// its own: GELU by TANH or by polynomials for the error function, HARD_SWISH, LOGISTIC by EXP. XNNPACK
/// has all of these. The operators are tried on numbers, so every form is found.
struct WholeFunctions: FixRule {
  static let name = "functions"
  static let summary = "GELU, HARD_SWISH and other functions in pieces into one operator"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    for formula in try ElementFormula.all(endingIn: index, editor) {
      guard let function = WholeFunction.computed(by: formula),
        let result = editor.operators[index].outputs?.first
      else { continue }
      let tag = function.kind == .gelu ? Gelu.approximate.tag : 0
      var entry = editor.operation(function.kind, [formula.source], [result], tag: tag)
      if function.kind == .gelu {
        entry.builtinOptions?[Gelu.approximate] = function.isApproximate
      }
      editor.replace(index, with: entry)
      return true
    }
    return false
  }
}

/// A function of one element that has an operator.
struct WholeFunction: Sendable {
  let kind: BuiltinOperator
  let compute: @Sendable (Double) -> Double
  /// Whether it is GELU by the formula with TANH.
  var isApproximate = false

  init(
    _ kind: BuiltinOperator, isApproximate: Bool = false,
    _ compute: @escaping @Sendable (Double) -> Double
  ) {
    self.kind = kind
    self.isApproximate = isApproximate
    self.compute = compute
  }

  static let all: [WholeFunction] = {
    @Sendable func power(_ x: Double) -> Double { MathFunctions.exponential(x) }
    @Sendable func tanh(_ x: Double) -> Double {
      let decay = power(-2 * abs(x))
      return (x < 0 ? -1 : 1) * (1 - decay) / (1 + decay)
    }
    return [
      WholeFunction(.gelu, isApproximate: true) {
        0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044_715 * $0 * $0 * $0)))
      },
      WholeFunction(.gelu) {
        0.5 * $0 * Double(MathFunctions.complementaryError(Float(-$0 * 0.5.squareRoot())))
      },
      WholeFunction(.hardSwish) { $0 * max(0, min(6, $0 + 3)) / 6 },
      WholeFunction(.logistic) { 1 / (1 + power(-$0)) },
      WholeFunction(.tanh, tanh),
      WholeFunction(.elu) { $0 < 0 ? power($0) - 1 : $0 },
      WholeFunction(.relu) { max(0, $0) },
      WholeFunction(.relu6) { max(0, min(6, $0)) },
      WholeFunction(.absolute) { abs($0) },
      WholeFunction(.exponential, power),
      WholeFunction(.squareRoot) { $0.squareRoot() },
      WholeFunction(.reciprocalRoot) { 1 / $0.squareRoot() },
    ]
  }()

  /// Where it is compared: first where most differ, then far out, and densely where it bends.
  private static let places: [Double] =
    [1.37, -0.61, -4.2, 1000, -1000, 87, -87, 30, -30, 14.5, -14.5, 0]
    + (-160...160).map { Double($0) / 16 + 0.001 }

  /// Abramowitz and Stegun 7.1.26 misses the error function by 1.5e-7, and GELU by half of that times x;
  /// constants are rounded to float.
  private static let tolerance = 3e-7

  static func computed(by formula: ElementFormula) -> WholeFunction? {
    var left = all
    for x in places where !left.isEmpty {
      let found = formula(x)
      left.removeAll { !$0.gives(found, at: x) }
    }
    return left.first
  }

  private func gives(_ found: Double, at x: Double) -> Bool {
    let wanted = compute(x)
    if wanted == found || wanted.isNaN && found.isNaN { return true }
    return abs(wanted - found) <= Self.tolerance * max(1, abs(x), abs(wanted))
  }
}
