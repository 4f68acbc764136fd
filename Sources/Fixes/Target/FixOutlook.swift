import Optimizer
import TFLite
import Targets

/// What `fix --target` would make of a model: the rewrites without the comparison of outputs.
package struct FixOutlook: Sendable {
  package let result: TargetResult
  /// Whether free sizes of inputs have to become 1 for it.
  package let needsBatch: Bool

  /// Returns nil where it is no help, and for models that no step takes.
  package init?(of file: ModelFile, for target: Target) {
    let plain = Self.result(of: file, for: target, batch: nil)
    guard plain?.after.isFull != true, file.model.hasFreeBatch,
      let pinned = Self.result(of: file, for: target, batch: 1), pinned.isBetter,
      pinned.after.resistance < plain?.after.resistance ?? .max
    else {
      guard let plain, plain.isBetter else { return nil }
      (result, needsBatch) = (plain, false)
      return
    }
    (result, needsBatch) = (pinned, true)
  }

  private static func result(
    of file: ModelFile, for target: Target, batch: Int?
  ) -> TargetResult? {
    do {
      var model = file.model
      try model.checkRunnable()
      try model.refuseCompiled()
      var job = Job(file: file, options: RunOptions(), selection: Selection())
      var passes: [any Pass] = [FoldConstants()]
      if let batch { passes.append(PinShapes(batch: batch, shapes: [])) }
      passes.append(FixGraph(rules: FixRules.all, target: target, isVerified: false))
      for pass in passes { try pass.run(on: &model, in: &job) }
      return job.findings[FixResult.self]?.target
    } catch {
      return nil
    }
  }
}

extension Model {
  /// Whether the first size of an input is free.
  fileprivate var hasFreeBatch: Bool {
    guard let main = subgraphs.first else { return false }
    return (main.inputs ?? []).contains { input in
      input >= 0 && main.tensors[Int(input)].shapeSignature?.first == -1
    }
  }
}
