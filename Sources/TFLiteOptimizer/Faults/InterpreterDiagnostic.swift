import Evaluation
import Interpreter
import OpSet
import Optimizer
import Report
import Samples

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
    case .noValue(let place, let name):
      let reader = place.map { "\($0.name) (\($0)) reads" } ?? "an output is"
      self.init(
        message: "'\(path)' cannot be run: \(reader) '\(name)', which has no value",
        exitCode: .input)
    case .secondValue(let place, let name):
      self.init(
        message: "'\(path)' cannot be run: \(place.name) (\(place)) makes '\(name)', "
          + "which has a value already", exitCode: .input)
    case .sparsity(let id, let name, let fault):
      self.init(OptimizerFault.sparsity(id, name: name, fault), path: path)
    case .memory(.max, _):
      self.init(
        message: "'\(path)' cannot be run: the shape of a tensor is beyond any memory",
        exitCode: .input)
    case .memory(let bytes, let limit):
      self.init(
        message: "'\(path)' cannot be run: its tensors take \(Numbers.bytes(bytes)), "
          + "more than \(Numbers.bytes(limit))",
        help: "allow more with --max-memory BYTES", exitCode: .input)
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
        message: "'\(path)' has \(Numbers.counted(expected, "input")), but \(found) were given",
        exitCode: .input)
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
    case .inputShape(let name, let expected, let found):
      "the models cannot be compared: input '\(name)' has shape \(SampleFault.text(expected)) in "
        + "the first and \(SampleFault.text(found)) in the second"
    case .outputs(let first, let second):
      "the models cannot be compared: they have \(first) and \(second) outputs"
    case .outputShape(let name, let expected, let found):
      "the models cannot be compared: output '\(name)' has shape \(SampleFault.text(expected)) in "
        + "the first and \(SampleFault.text(found)) in the second"
    case .inputType(let name, let expected, let found):
      "the models cannot be compared: input '\(name)' is \(found) in the first and \(expected) in "
        + "the second"
    case .noNumbers:
      "the models cannot be compared: no output has numbers"
    }
  }

  var help: String? {
    guard case .inputType(_, let expected, let found) = self, expected == .float32,
      found != .float32
    else { return nil }
    return "name the float model first: its inputs can be quantized for the other"
  }
}
