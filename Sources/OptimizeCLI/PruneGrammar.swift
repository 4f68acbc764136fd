import Optimizer

extension StepGrammar {
  static let prune = StepGrammar(
    name: "prune", keys: Step.Prune.keys, example: "prune:sparsity=0.5",
    make: { pairs throws(UsageFault) in
      do throws(StepFault) {
        return .prune(try Step.Prune(pairs))
      } catch {
        throw UsageFault(error.message, help: error.help)
      }
    })

  /// The pattern that is only estimated.
  static let channels = "channels"

  /// The options of the command are the step's, with dashes before them.
  static func prune(_ arguments: Arguments) throws(UsageFault) -> Step {
    var pairs: Pairs = []
    let isEstimate = arguments[Options.pattern] == channels
    let others = [
      Options.scope, Options.depthwise, Options.encodeSparse, Options.whatIf, Options.repData,
      Options.minSparsity,
    ]
    if isEstimate, let other = others.first(where: arguments.has) {
      throw UsageFault("pattern channels is an estimate by magnitude, without \(other.name)")
    }
    for option in Options.pruning where arguments.has(option) {
      if isEstimate, option.name == Options.pattern.name { continue }
      let value = arguments[option] ?? ""
      pairs.append((String(option.name.dropFirst(2)), value.isEmpty ? "true" : value))
    }
    if arguments.has(Options.whatIf), !arguments.has(Options.sparsity),
      !arguments.has(Options.pattern)
    {
      // The table has several of its own.
      pairs.append(("sparsity", "0.5"))
    }
    guard case .prune(var options) = try step("prune", pairs) else { return .rewrite }
    options.signature = arguments[Options.signature]
    return .prune(options)
  }
}
