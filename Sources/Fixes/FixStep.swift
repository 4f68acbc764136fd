import Evaluation
import Optimizer
import TFLite
import Targets

/// Rewrites a model's graph into one of fewer or faster operators with the same outputs.
///
/// Helps models as converters leave them, before other steps too: what they quantize or prune is then
/// what runs. Outputs are compared on random inputs, and on samples if there are some. A rule whose result
/// differs by more than roundings in another order, or makes the file larger, is taken back.
package struct FixStep: Step, Equatable {
  /// The rules to use; empty for all.
  private var rules: [String] = []

  /// The size of free leading axes of inputs.
  private var batch: Int?
  /// The shapes of inputs, by name.
  private var shapes: [PinnedShape] = []
  /// The chip or runtime whose refusals are rewritten; nil for none.
  package private(set) var target: Target?
  /// Whether it only makes a model ready for quantization, and leaves one that gains nothing as it is.
  package private(set) var isPreparation = false

  package init() {}

  /// Rewrites before quantization what a target would refuse behind it.
  package init(preparingFor target: Target) {
    self.target = target
    isPreparation = true
  }

  package static let name = "fix"
  package static let summary = "rewrite the graph: fewer operators, the same outputs"
  package static let example = "fix"
  package static let passes: [any Pass.Type] = [PinShapes.self, FixGraph.self]

  package static let variants: [Self] = {
    var pinned = Self()
    pinned.batch = 1
    var aimed = Self()
    aimed.target = Target.named("gpu")
    return [Self(), pinned, aimed]
  }()

  package static let command: StepCommand? = StepCommand(
    usage: "[--rules NAME,…]",
    examples: [
      "fix model.tflite",
      "fix model.tflite --rep-data samples --json report.json",
      "fix model.tflite --batch 1",
      "fix model.tflite --rules layout,padding",
      "fix model.tflite --target gpu",
      "pipeline model.tflite fix quantize:mode=int8 --rep-data samples",
    ], rank: 4)

  package static let options: [StepOption<Self>] = [
    .text(
      "target", "T",
      "rewrite what a chip or runtime refuses into operators that it takes, and keep what helps: "
        + Target.all.map(\.name).joined(separator: ", "),
      texts: { $0.target.map { [$0.name] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.target = try Target(given: text)
      }
    ).withoutDefault(),
    .text(
      "rules", "NAME,…",
      "the rules to use, in place of all: \(FixRules.names.joined(separator: ", ")); with target "
        + "\(TargetRules.names.joined(separator: ", "))",
      texts: { $0.rules },
      set: { (step: inout Self, text: String) throws(StepFault) in
        let known = FixRules.names + TargetRules.names
        for name in text.split(separator: ",").map(String.init) {
          guard known.contains(name) else {
            throw StepFault(
              "unknown rule '\(name)'" + suggestion(for: name, among: known),
              help: "rules: \(known.joined(separator: ", "))")
          }
          if !step.rules.contains(name) { step.rules.append(name) }
        }
      }
    ).withoutDefault().repeatable(),
    .text(
      "batch", "N",
      "give inputs whose first size is free this one, and drop the computing of shapes",
      texts: { $0.batch.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let batch = Int(text), (1...4096).contains(batch) else {
          throw StepFault("batch must be from 1 to 4096, not '\(text)'")
        }
        step.batch = batch
      }
    ).withoutDefault(),
    .text(
      "shape", "NAME=N,…",
      "the shape of an input, such as image=1,224,224,3; an x for each comma in pipelines",
      texts: { $0.shapes.map(\.text) },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let shape = PinnedShape(text) else {
          throw StepFault("'\(text)' is no input with its shape", help: "such as image=1,224,224,3")
        }
        step.shapes.append(shape)
      }
    ).withoutDefault().repeatable(),
  ]

  package mutating func check(_ given: GivenOptions) throws(StepFault) {
    guard target == nil, let name = rules.first(where: TargetRules.names.contains) else { return }
    throw StepFault("rule '\(name)' is for targets", help: "add --target")
  }

  package var suffix: String { "fixed" }

  package func passes(on samples: CalibrationSource) -> [any Pass] {
    let chosen = FixRules.all.filter { rules.isEmpty || rules.contains($0.name) }
    let pins: [any Pass] =
      batch == nil && shapes.isEmpty ? [] : [PinShapes(batch: batch, shapes: shapes)]
    let own = TargetRules.all.filter { rules.isEmpty || rules.contains($0.name) }
    return pins + [
      FixGraph(
        rules: chosen, samples: samples, target: target, targetRules: own,
        onlyForTarget: isPreparation)
    ]
  }

  package func result(in job: Job) -> (any StepResult)? { job.findings[FixResult.self] }
}
