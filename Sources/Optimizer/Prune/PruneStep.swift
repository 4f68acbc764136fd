import Evaluation
import TFLite

/// Makes a share of the weights zero. Helps downloads, and sparse encodings where kernels support
/// them. With samples the zeros are placed where the outputs change least. The pattern "channels"
/// changes nothing: it estimates what removing whole channels would save.
package struct PruneStep: Step, Equatable {
  package var options: PruneOptions
  /// Only estimates what removing whole channels would save.
  package var estimatesChannels = false

  package init() { self.init(PruneOptions(sparsity: Self.standIn)) }

  package init(_ options: PruneOptions) { self.options = options }

  package static let name = "prune"
  package static let summary = "make weights zero; with samples, those that cost least"
  package static let example = "prune:sparsity=0.5"
  package static let passes: [any Pass.Type] = [Optimizer.Prune.self]

  package static let command: StepCommand? = StepCommand(
    usage: "--sparsity S",
    examples: [
      "prune model.tflite --sparsity 0.5 --rep-data samples",
      "prune model.tflite --pattern 2:4 --rep-data samples --json report.json",
      "prune model.tflite --sparsity 0.7 --scope global",
      "prune model.tflite --sparsity 0.3 --pattern channels",
      "prune model.tflite --what-if",
    ], extras: [(.whatIf, nil)], rank: 2)

  /// The sparsity where the options give a table of several sparsities.
  private static let standIn = 0.5
  /// The pattern that is only estimated.
  private static let channels = "channels"

  package static let options: [StepOption<Self>] = [
    .text(
      "sparsity", "S", "share of the weights to make zero, such as 0.5",
      texts: { $0.options.pattern.ownSparsity == nil ? ["\($0.options.sparsity)"] : [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let share = Double(text), share > 0, share < 1 else {
          throw StepFault(
            "'\(text)' is not a sparsity: a share of the weights, above 0 and below 1",
            help: "such as 0.5")
        }
        step.options.sparsity = share
      }
    ).withoutDefault(),
    .text(
      "pattern", "P",
      "unstructured, n:m (n of m input channels stay, such as 2:4), block:1x4 or block:1x16, where rows "
        + "are padded with zeros if needed; channels: only estimates what removing channels would save",
      texts: { [$0.estimatesChannels ? channels : $0.options.pattern.text] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.estimatesChannels = text == channels
        guard !step.estimatesChannels else { return }
        guard let pattern = SparsityPattern(text) else {
          throw StepFault(
            "unknown pattern '\(text)'",
            help: "patterns: unstructured, n:m (n of m stay, such as 2:4), block:1x4, block:1x16")
        }
        step.options.pattern = pattern
      }),
    .choice(
      "scope", \.options.scope,
      "reach the share in each layer (default without samples) or in all weights together"),
    .flag("depthwise", \.options.depthwise, "prune depthwise filters too"),
    .flag("skip-first", \.options.skipFirst, "leave the first weight that could be pruned"),
    .flag("skip-last", \.options.skipLast, "leave the last weight that could be pruned"),
    .flag(
      "encode-sparse", \.options.encodesSparse,
      "store zeros in TFLite's sparse encoding where that is smaller and runtimes take it"),
  ]

  package mutating func check(_ given: GivenOptions) throws(StepFault) {
    if let estimateName {
      guard given.form != .pipeline else {
        throw StepFault(
          "pattern channels only estimates: removing channels would change the inputs of other operators",
          help: "optimize prune MODEL --sparsity S --pattern channels")
      }
      if let key = ["scope", "depthwise", "encode-sparse"].first(where: given.has) {
        throw StepFault("\(estimateName) is an estimate by magnitude: it takes no --\(key)")
      }
    }
    if let own = options.pattern.ownSparsity {
      guard !given.has("sparsity") || options.sparsity == own else {
        throw StepFault(
          "pattern \(options.pattern.text) makes \(own) of the weights zero, "
            + "not \(options.sparsity)",
          help: "leave the sparsity out, or use another pattern")
      }
      guard options.scope != .global else {
        throw StepFault(
          "pattern \(options.pattern.text) holds in every layer, so it has no global scope")
      }
      options.sparsity = own
      return
    }
    let isChoice = given.form == .table && (estimatesChannels || !given.has("pattern"))
    guard given.has("sparsity") || isChoice else {
      throw StepFault("no sparsity given", help: "such as --sparsity 0.5")
    }
  }

  package var suffix: String { "pruned" }

  package func passes(on samples: CalibrationSource) -> [any Pass] {
    [Optimizer.Prune(options, samples: samples)]
  }

  package func result(in job: Job) -> (any StepResult)? {
    job.findings[PruningSummary.self].flatMap { $0.isEmpty ? nil : $0 }
  }

  package var estimateName: String? { estimatesChannels ? "pattern \(Self.channels)" : nil }

  package func estimate(
    of file: ModelFile, options run: RunOptions, selection: Selection
  ) throws -> (any StepResult)? {
    guard estimatesChannels else { return nil }
    return try ChannelEstimate(of: file, options, options: run, selection: selection)
  }
}

extension ChannelEstimate: StepResult {}
