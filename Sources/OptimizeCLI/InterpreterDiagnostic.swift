import Interpreter
import OpSet

extension Diagnostic {
  /// `path` names the model that was to be run.
  init(_ fault: InterpreterFault, path: String) {
    switch fault {
    case .noKernel(let places):
      let names = Set(places.map(\.name)).sorted()
      self.init(
        message: "'\(path)' cannot be run: there is no kernel for \(names.joined(separator: ", "))",
        notes: places.prefix(20).map { "\($0.name) at \($0)" }
          + (places.count > 20 ? ["and \(places.count - 20) more operators"] : []),
        exitCode: .input)
    case .failed(let place, let cause):
      self.init(
        message: "'\(path)' cannot be run: \(place.name) (\(place)): \(Self.sentence(cause))",
        exitCode: .input)
    case .noSubgraph(let index):
      self.init(message: "'\(path)' has no subgraph \(index)", exitCode: .input)
    case .noSignature(let key, let known):
      self.init(
        message: "'\(path)' has no signature '\(key)'",
        notes: [
          known.isEmpty ? "it has none" : "signatures: \(known.joined(separator: ", "))"
        ], exitCode: .usage)
    case .recursion(let subgraph):
      self.init(
        message: "'\(path)' cannot be run: subgraph \(subgraph) calls itself", exitCode: .input)
    case .inputCount(let expected, let found):
      self.init(
        message: "the model has \(expected) inputs, but \(found) were given", exitCode: .input)
    case .inputType(let name, let expected, let found):
      self.init(
        message: "input '\(name)' is \(expected), but \(found) was given", exitCode: .input)
    case .inputShape(let name, let signature, let found):
      self.init(
        message: "input '\(name)' has shape \(signature), but \(found) was given",
        exitCode: .input)
    case .inputSize(let name, let expected, let found):
      self.init(
        message: "input '\(name)' has \(expected) bytes, but \(found) were given",
        exitCode: .input)
    }
  }

  private static func sentence(_ fault: OperatorFault) -> String {
    switch fault {
    case .needsValue(let input): "the value of input \(input) is not known"
    case .invalid(let what), .unsupported(let what): what
    }
  }
}

extension ComparisonFault {
  var message: String {
    switch self {
    case .inputs(let first, let second):
      "the models cannot be compared: they have \(first) and \(second) inputs"
    case .outputs(let first, let second):
      "the models cannot be compared: they have \(first) and \(second) outputs"
    case .outputShape(let name, let expected, let found):
      "the models cannot be compared: output '\(name)' has shape \(found), not \(expected)"
    case .inputType(let name, let expected, let found):
      "input '\(name)' takes \(expected), and \(found) cannot be turned into that"
    }
  }
}
