import Interpreter
import TFLite

/// What passes share: the input, the user's choices, and the results so far.
package struct Job {
  package let file: ModelFile
  package let options: RunOptions
  package var selection: Selection
  /// What was changed, and why the rest was not.
  package var log = ChangeLog()
  /// Constants that were decoded, for passes that encode them again.
  package internal(set) var decoded = DecodedConstants()
  /// What quantization has decided so far.
  var plan = Plan()
  /// Findings of single features, each a value of its own type.
  package var findings = Findings()

  package init(file: ModelFile, options: RunOptions, selection: Selection) {
    self.file = file
    self.options = options
    self.selection = selection
  }

  /// Whether constants changed or operators compute in other types.
  package var isChanged: Bool {
    log.changes > 0 || log.rewrites > 0
      || plan.operators.values.contains { $0.form.isInteger }
  }

  /// Whether the last passes may still change the file.
  package var isUnfinished: Bool { isChanged || findings[SparseRequest.self] != nil }

  /// How the model is run for a pass.
  package var interpreter: Interpreter.Options {
    var run = Interpreter.Options()
    run.threads = options.threads
    run.reference = options.reference
    run.signature = options.signature
    run.deadline = options.deadline
    if let limit = options.maxMemory { run.maxMemory = limit }
    return run
  }

  package func reader(_ data: TensorData) -> DataReader { DataReader(data, file: file.bytes) }
}
