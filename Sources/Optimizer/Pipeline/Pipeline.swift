import Evaluation
import Platform
import TFLite

/// Runs the steps on a model: checks it, decodes its constants, runs each step's pass, and tidies up.
///
/// Pure: the same input and steps give the same model, whatever the number of threads.
package struct Pipeline {
  package let steps: [Step]
  package let options: RunOptions
  package let selection: Selection
  package let samples: CalibrationSource

  package init(
    _ steps: [Step], options: RunOptions, selection: Selection = Selection(),
    samples: CalibrationSource = CalibrationSource()
  ) {
    self.steps = steps
    self.options = options
    self.selection = selection
    self.samples = samples
  }

  /// What one step did.
  package struct Record: Sendable {
    package let step: Step
    package let seconds: Double
    /// Constants whose encoding the step changed.
    package let changes: Int
    /// Size of the file before and after the step alone.
    package let bytesBefore: Int
    package let bytesAfter: Int
  }

  package struct Outcome {
    package let model: Model
    package let context: PassContext
    package let records: [Record]
    /// Whether a pass changed something, or the user asked for a rewrite.
    package let isChanged: Bool
    /// The serialization of `model`, ready to be written.
    package let writer: ModelWriter
  }

  /// Throws `ModelFault`, `OptimizerFault`, or what reading the file throws.
  package func run(on file: ModelFile) throws -> Outcome {
    var model = file.model
    var context = PassContext(file: file, options: options, selection: selection)
    var records: [Record] = []
    var bytes = file.bytes.count
    if steps != [.rewrite] {
      try model.checkRunnable()
      try model.refuseCompiled()
    }
    for step in steps {
      let start = Clock.now()
      let before = context.changes
      if let pass = step.pass(samples) {
        // Every pass sees weights where weights are, also behind what the step before it made.
        try FoldConstants().run(on: &model, in: &context)
        if let mode = step.integerMode { try LiftIntegers(for: mode).run(on: &model, in: &context) }
        try pass.run(on: &model, in: &context)
      }
      let isLast = records.count == steps.count - 1
      let after = isLast ? nil : try Self.tidied(model, context).writer(of: file).count
      records.append(
        Record(
          step: step, seconds: Clock.now() - start, changes: context.changes - before,
          bytesBefore: bytes, bytesAfter: after ?? bytes))
      bytes = after ?? bytes
    }
    var isChanged = context.isChanged
    if isChanged || !context.sparseWeights.isEmpty {
      let tidy = try Self.tidied(model, context)
      isChanged = tidy.context.isChanged
      if isChanged { (model, context) = (tidy.model, tidy.context) }
    }
    if !isChanged { model = file.model }
    let writer = ModelWriter(model, of: file, threads: options.threads)
    if let last = records.popLast() {
      records.append(
        Record(
          step: last.step, seconds: last.seconds, changes: last.changes,
          bytesBefore: last.bytesBefore, bytesAfter: writer.count))
    }
    return Outcome(
      model: model, context: context, records: records,
      isChanged: isChanged || steps.contains(.rewrite), writer: writer)
  }

  private struct Tidied {
    var model: Model
    var context: PassContext

    func writer(of file: ModelFile) -> ModelWriter { ModelWriter(model, of: file) }
  }

  private static func tidied(_ model: Model, _ context: PassContext) throws -> Tidied {
    var tidy = Tidied(model: model, context: context)
    for pass in [
      RestoreConstants(), EncodeSparse(), UpdateVersions(), RemoveUnused(),
    ] as [any Pass] {
      try pass.run(on: &tidy.model, in: &tidy.context)
    }
    return tidy
  }
}
