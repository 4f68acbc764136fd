import Optimizer
import Pipelines
import Platform

/// STEPS.md: all steps and their options, made of the rows that also make commands and pipelines.
enum StepDocument {
  static func text(of catalog: StepCatalog) -> String {
    """
    # Steps

    A step is a word of `optimize pipeline MODEL STEP[:key=value,…]…` and an entry of a recipe; most \
    are commands of their own, with the options as flags. This file is made from `StepCatalog`; \
    `OPTIMIZE_RECORD=1 swift test` writes it anew.

    """ + catalog.steps.map { section($0) }.joined()
  }

  private static func section(_ type: any Step.Type) -> String {
    let variants = self.variants(of: type)
    var facts = ["In a pipeline: `\(type.example)`."]
    if let command = type.command {
      facts.append("As a command: `optimize \(type.name) MODEL \(command.usage)`.")
    }
    var suffixes: [String] = []
    for suffix in variants.map(\.suffix) where !suffixes.contains(suffix) {
      suffixes.append(suffix)
    }
    facts.append(
      "Default output: " + suffixes.map { "`model.\($0).tflite`" }.joined(separator: ", ") + ".")
    facts.append("Needs: \(needs(of: variants)).")
    let passes = type.passes.map { "`\($0.name)`" }
    facts.append("Passes: \(passes.isEmpty ? "none" : passes.joined(separator: ", ")).")
    let summary = type.summary.prefix(1).uppercased() + type.summary.dropFirst()
    return "\n## \(type.name)\n\n\(summary).\n\n" + facts.map { "- \($0)\n" }.joined()
      + table(type)
  }

  private static func variants(of type: any Step.Type) -> [any Step] {
    func all<Kind: Step>(_ kind: Kind.Type) -> [any Step] { kind.variants }
    return all(type)
  }

  private static func needs(of variants: [any Step]) -> String {
    let needy = variants.compactMap { step -> String? in
      let needs = step.needs
      guard needs.samples != nil else { return nil }
      let what =
        switch needs.statistics {
        case .unused, .refused: "samples"
        case .taken: "samples or statistics"
        }
      let options = step.described.filter { $0.value != type(of: step).standardValue(of: $0.key) }
      return "\(what) with `\(options.map { "\($0.key)=\($0.value)" }.joined(separator: ","))`"
    }
    return needy.isEmpty ? "nothing but the model" : needy.joined(separator: "; ")
  }

  private static func table(_ type: any Step.Type) -> String {
    guard !type.optionFacts.isEmpty else { return "" }
    var lines = ["| key | flag | value | default | help |", "|---|---|---|---|---|"]
    for row in type.optionFacts {
      let value = row.placeholder.map { "`\($0)`" } ?? "`true`, `false`"
      let standard =
        row.missing == nil ? type.standardValue(of: row.key).map { "`\($0)`" } ?? "" : "required"
      let cells = [
        "`\(row.key)`", "`--\(row.flag)`", value + (row.isRepeatable ? ", repeatable" : ""),
        standard, row.help,
      ]
      let escaped = cells.map { cell in cell.replacing("|", with: "\\|") }
      lines.append("| \(escaped.joined(separator: " | ")) |")
    }
    return "\n" + lines.joined(separator: "\n") + "\n"
  }
}
