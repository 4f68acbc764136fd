import Evaluation
import Interpreter
import OpSet
import Optimizer
import Report
import Samples

extension Diagnostic {
  /// `path` names the model that was to be run.
  init(_ fault: InterpreterFault, path: String) {
    let cannotRun = "'\(path)' cannot be run"
    self.init(message: "", exitCode: .input)
    switch fault {
    case .noKernel(let places):
      let names = Set(places.map(\.name)).sorted().joined(separator: ", ")
      message = "\(cannotRun): there is no kernel for \(names)"
      notes = places.prefix(20).map { "\($0.name) at \($0)" }
      if places.count > 20 { notes.append("and \(places.count - 20) more operators") }
    case .failed(let place, let cause):
      message = "\(cannotRun): \(place.name) (\(place)): \(Self.sentence(cause))"
    case .noValue(let place, let name):
      let reader = place.map { "\($0.name) (\($0)) reads" } ?? "an output is"
      message = "\(cannotRun): \(reader) '\(name)', which has no value"
    case .secondValue(let place, let name):
      message = "\(cannotRun): \(place.name) (\(place)) makes '\(name)', which has a value already"
    case .sparsity(let id, let name, let fault):
      self.init(OptimizerFault.sparsity(id, name: name, fault), path: path)
    case .memory(.max, _):
      message = "\(cannotRun): the shape of a tensor is beyond any memory"
    case .memory(let bytes, let limit):
      message =
        "\(cannotRun): its tensors take \(Numbers.bytes(bytes)), more than \(Numbers.bytes(limit))"
      help = "allow more with --max-memory BYTES"
    case .noSubgraph(let index): message = "'\(path)' has no subgraph \(index)"
    case .noSignature(let key, let known):
      message = "'\(path)' has no signature '\(key)'"
      notes = [
        known.isEmpty ? "the model has none" : "signatures: \(known.joined(separator: ", "))"
      ]
      exitCode = .usage
    case .recursion(let subgraph): message = "\(cannotRun): subgraph \(subgraph) calls itself"
    case .inputCount(let expected, let found):
      message = "'\(path)' has \(Numbers.counted(expected, "input")), but \(found) were given"
    case .inputType(let name, let expected, let found):
      message = "input '\(name)' is \(expected), but \(found) was given"
    case .inputShape(let name, let signature, let found):
      message = "input '\(name)' has shape \(signature), but \(found) was given"
    case .inputSize(let name, let expected, let found):
      message = "input '\(name)' has \(expected) bytes, but \(found) were given"
    }
  }

  static func sentence(_ fault: OperatorFault) -> String {
    switch fault {
    case .needsValue(let input): "the value of input \(input) is not known"
    case .invalid(let what), .unsupported(let what): what
    }
  }
}

extension ComparisonFault {
  var message: String {
    let why =
      switch self {
      case .inputs(let first, let second): "they have \(first) and \(second) inputs"
      case .inputShape(let name, let expected, let found):
        "input '\(name)' has shape \(Self.shapes(expected, found))"
      case .outputs(let first, let second): "they have \(first) and \(second) outputs"
      case .outputShape(let name, let expected, let found):
        "output '\(name)' has shape \(Self.shapes(expected, found))"
      case .inputType(let name, let expected, let found):
        "input '\(name)' is \(found) in the first and \(expected) in the second"
      case .noNumbers: "no output has numbers"
      }
    return "the models cannot be compared: \(why)"
  }

  private static func shapes(_ first: [Int], _ second: [Int]) -> String {
    "\(SampleFault.text(first)) in the first and \(SampleFault.text(second)) in the second"
  }

  var help: String? {
    guard case .inputType(_, let expected, let found) = self, expected == .float32,
      found != .float32
    else { return nil }
    return "name the float model first: its inputs are then quantized for the other"
  }
}
