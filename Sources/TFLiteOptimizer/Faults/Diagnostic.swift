import Evaluation
import FlatBuffers
import Interpreter
import Optimizer
import Pipelines
import Platform
import Report
import Samples
import TFLite

/// An error in sentences: what is wrong and where, facts, and the next command.
package struct Diagnostic: Error, Equatable {
  package var message: String
  package var notes: [String]
  package var help: String?
  package var exitCode: ExitCode

  package init(
    message: String, notes: [String] = [], help: String? = nil, exitCode: ExitCode
  ) {
    self.message = message
    self.notes = notes
    self.help = help
    self.exitCode = exitCode
  }

  package var text: String {
    ReadableText.lines(
      ["error: \(message)"] + notes.map { "note: \($0)" } + (help.map { ["help: \($0)"] } ?? []))
  }
}

extension Diagnostic {
  /// `path` names the model that was worked on.
  package init(_ error: any Error, path: String) {
    switch error {
    case let fault as UsageFault:
      self.init(
        message: fault.message, notes: fault.notes, help: fault.help, exitCode: .usage)
    case let fault as StepFault:
      self.init(message: fault.message, help: fault.help, exitCode: .usage)
    case let fault as PassFault:
      self.init(fault)
    case let diagnostic as Diagnostic:
      self = diagnostic
    case let located as LocatedFault:
      self.init(located.cause, path: located.path)
      notes += located.notes
    case let fault as ModelFault:
      self.init(fault, path: path)
    case let fault as ContainerFault:
      self.init(fault, path: path)
    case let fault as SectionFault:
      self.init(fault, path: path)
    case let fault as ExternalWeights:
      self.init(
        message: "'\(fault.path)' cannot be changed: \(ExternalWeights.words)", exitCode: .input)
    case let fault as OptimizerFault:
      self.init(fault, path: path)
    case let fault as InterpreterFault:
      self.init(fault, path: path)
    case let fault as SampleFault:
      self.init(message: fault.message, notes: fault.notes, help: fault.help, exitCode: .input)
    case let fault as LabelFault:
      self.init(message: fault.message, notes: fault.notes, help: fault.help, exitCode: .input)
    case let fault as ComparisonFault:
      self.init(message: fault.message, help: fault.help, exitCode: .input)
    case let fault as CalibrationFault:
      self.init(fault, path: path)
    case let fault as VerificationFault:
      self.init(
        message: "the output could not be verified: \(fault.what)",
        notes: ["nothing was written"], exitCode: .output)
    case let fault as ReportFault:
      self.init(
        message: "the report '\(fault.cause.path)' \(fault.cause.action.failureText): "
          + fault.cause.reason,
        notes: [fault.written.map { "'\($0)' was written" } ?? "nothing was written"],
        exitCode: .output)
    case let fault as SystemError:
      let isOutput = fault.action == .write
      self.init(
        message: "'\(fault.path)' \(fault.action.failureText): \(fault.reason)",
        notes: isOutput ? ["nothing was written"] : [], exitCode: isOutput ? .output : .input)
    default:
      self.init(
        message: "unexpected failure: \(error)",
        notes: ["this is a bug in optimize; nothing was written"], exitCode: .bug)
    }
  }

  private init(_ fault: ModelFault, path: String) {
    let notModel = "'\(path)' is not a TensorFlow Lite model"
    var message: String
    var notes: [String] = []
    var help: String?
    switch fault {
    case .empty:
      message = "\(notModel): it is empty"
    case .tooShort(let count):
      message = "\(notModel): it has \(count) bytes, a model has at least 8"
    case .identifier(let bytes):
      message = "\(notModel): bytes 4–7 are \(Self.quoted(bytes)), expected \"TFL3\""
    case .container(let kind):
      message = "'\(path)' is a \(kind), and a model is needed"
      help = "name one of its models"
    case .version(let version):
      message = "'\(path)' has schema version \(version), only version 3 is supported"
    case .unreadable(let failure):
      message = "'\(path)' is corrupt or unsupported: \(Self.sentence(failure))"
      if case .tooLarge = failure.reason { help = "allow more with --max-memory BYTES" }
      if Self.isUnknown(failure) {
        notes = ["the file was made for a newer schema; unknown fields are dropped only if you ask"]
        help = "--drop-unknown continues without such fields"
      }
    case .outside(let what, let offset, let size):
      message =
        "'\(path)' is corrupt: \(what) refers to \(size) bytes at \(offset), past the end of the file"
    case .tailTooFar(let position):
      message =
        "the ZIP of associated files would begin at byte \(position), beyond its 32-bit offsets"
    case .invalid(let problems):
      message = "'\(path)' is invalid: \(problems[0])"
      notes = problems.dropFirst().map(\.description)
    }
    self.init(message: message, notes: notes, help: help, exitCode: .input)
  }

  private init(_ fault: PassFault) {
    var problems: [ModelFault.Problem] = []
    if case .invalid(let found) = fault.cause { problems = found }
    self.init(
      message: "pass '\(fault.pass)' broke the model: "
        + (problems.first?.description ?? "\(fault.cause)"),
      notes: problems.dropFirst().map(\.description)
        + ["this is a bug in optimize; nothing was written"], exitCode: .bug)
  }

  init(_ fault: OptimizerFault, path: String) {
    switch fault {
    case .sparsity(let id, let name, .tooLarge(let bytes, let limit)):
      self.init(
        message: "'\(path)': sparse tensor '\(name)' (\(id)) would take \(bytes) bytes decoded, "
          + "more than \(limit)",
        help: "allow more with --max-memory BYTES", exitCode: .input)
    case .sparsity(let id, let name, .malformed(let what)):
      self.init(
        message: "'\(path)': sparse tensor '\(name)' (\(id)) is corrupt: \(what)",
        exitCode: .input)
    case .compiled(let operators):
      self.init(
        message: "'\(path)' was compiled for a chip (\(operators.joined(separator: ", "))) "
          + "and cannot be optimized",
        help: "optimize the model before it is compiled", exitCode: .input)
    case .floatOperators(let operators):
      self.init(
        message: "'\(path)': \(Numbers.counted(operators.count, "operator")) would stay float",
        notes: operators.map {
          "\($0.name) (subgraphs[\($0.subgraph)].operators[\($0.index)]): \($0.reason.text)"
        },
        help: "without --strict they stay float between QUANTIZE and DEQUANTIZE",
        exitCode: .input)
    case .notAsPlanned(let operators):
      self.init(
        message: "'\(path)': \(Numbers.counted(operators.count, "operator")) cannot have the "
          + "planned encoding",
        notes: operators.map { entry in
          "\(entry.name) (subgraphs[\(entry.place.subgraph)].operators[\(entry.place.index)]): "
            + "planned \(entry.planned.rawValue), possible \(entry.found.rawValue)"
            + (entry.reason.map { ": \($0.text)" } ?? "")
        } + ["nothing was written"],
        help: "change these entries of the plan", exitCode: .input)
    case .plannedEncoding(let name, let what):
      self.init(
        message: "'\(path)': the plan's encoding of '\(name)' is not possible: it \(what)",
        notes: ["nothing was written"], exitCode: .input)
    case .lossNotFinite(let step):
      self.init(
        message: "training of '\(path)' stopped: the loss of step \(step) is NaN or infinite",
        notes: ["nothing was written"],
        help: "lower --learning-rate, or look for samples with extreme values", exitCode: .output)
    case .labelsNeeded(let loss):
      self.init(
        message: "loss '\(loss)' needs labels",
        help: "pass a file, or 'folders', with --labels", exitCode: .usage)
    case .noInput(let name, let known):
      self.init(
        message: "'\(path)' has no input '\(name)'",
        notes: ["its inputs: \(known.map { "'\($0)'" }.joined(separator: ", "))"], exitCode: .usage)
    case .shapesNotTaken(let why):
      self.init(
        message: "'\(path)' does not run with these shapes: \(why)",
        notes: ["nothing was written"], exitCode: .input)
    case .notResumable:
      self.init(
        message:
          "the operators of '\(path)' cannot be measured one by one: it has state, loops, or "
          + "shapes that only a run knows",
        help: "'optimize debug' shows the error of every operator of a quantized model",
        exitCode: .input)
    case .teacherUnfit(let why):
      self.init(
        message: "the teacher does not fit '\(path)': \(why)", notes: ["nothing was written"],
        help: "--teacher takes the float model that this one was made from", exitCode: .input)
    case .augmentationUnfit(let why):
      self.init(
        message: "augmentation \(why)", notes: ["nothing was written"],
        help: "leave out --augment, or name what the samples are", exitCode: .usage)
    case .otherCheckpoint(let file):
      self.init(
        message: "'\(file)' is no checkpoint of this training",
        notes: ["model, samples and options must be those that it was written with"],
        help: "remove it, or name another file with --checkpoint", exitCode: .input)
    }
  }

  private static func isUnknown(_ failure: ReadFailure) -> Bool {
    switch failure.reason {
    case .unknownField, .unknownUnionMember: true
    default: false
    }
  }

  static func sentence(_ failure: ReadFailure) -> String {
    let place = failure.path.isEmpty ? "" : " at \(failure.path)"
    switch failure.reason {
    case .outOfBounds("the vtable"):
      return "the vtable\(place) (byte \(failure.offset)) is broken or outside the file"
    case .outOfBounds(let what):
      return "\(what)\(place) (byte \(failure.offset)) reaches outside the file"
    case .unknownField(let slot):
      return "unknown field \(slot)\(place) (byte \(failure.offset))"
    case .unknownUnionMember(let tag):
      return "unknown union member \(tag)\(place) (byte \(failure.offset))"
    case .tooLarge(let limit):
      return "its tables take more than \(limit) bytes of memory\(place)"
    }
  }

  private static func quoted(_ bytes: [UInt8]) -> String {
    let text = bytes.map { byte -> String in
      switch byte {
      case 10: return "\\n"
      case 13: return "\\r"
      case 9: return "\\t"
      case 32..<127: return String(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        return "\\u{\(digits.count < 2 ? "0" : "")\(digits)}"
      }
    }
    return "\"\(text.joined())\""
  }
}
