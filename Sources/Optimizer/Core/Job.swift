import Interpreter
import TFLite

/// What passes share: the input, the user's choices, and what was done so far.
package struct Job {
  package let file: ModelFile
  package let options: RunOptions
  package var selection: Selection
  /// What was changed, and why other things were not.
  package internal(set) var log = ChangeLog()
  /// Constants that were decoded, for passes that put them back.
  var decoded = DecodedConstants()
  /// What quantization decided so far.
  var plan = Plan()
  /// What single features found, each as a value of its own type.
  var findings = Findings()

  init(file: ModelFile, options: RunOptions, selection: Selection) {
    self.file = file
    self.options = options
    self.selection = selection
  }

  /// Constants changed, or operators compute with other types.
  var isChanged: Bool {
    log.changes > 0 || plan.operators.values.contains { $0.form.isInteger }
  }

  /// How the model is run for a pass.
  var interpreter: Interpreter.Options {
    var run = Interpreter.Options()
    run.threads = options.threads
    run.signature = options.signature
    if let limit = options.maxMemory { run.maxMemory = limit }
    return run
  }

  func reader(_ data: TensorData) -> DataReader { DataReader(data, file: file.bytes) }
}
