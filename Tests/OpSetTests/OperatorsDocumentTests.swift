import Foundation
import TFLite
import TestSupport
import Testing

@testable import OpSet

/// OPERATORS.md, as `OpSet` has it.
enum OperatorsDocument {
  static let text =
    """
    # Operators

    What `OpSet` knows, generated from it: `OPTIMIZE_RECORD=1 swift test` writes this file. Operators
    that are not here belong to no runtime, or are custom.

    - **versions**: version:least release of the runtime; above 2.20 only LiteRT has it. `ref ≤ n`: the
      reference resolver has versions up to n; `ref –`: none.
    - **modes**: ways to store a model that the runtime's kernels compute rightly. `hybrid`: int8
      constants under float activations, with one scale a tensor, a channel of an axis, or a row.
      `sparse`: activation × weight types and block of each form that a kernel reads; `DENSIFY` where
      float weights may be sparse behind that operator.
      `narrow`: the types below eight bits that weights may have, by the type of activations, and those that
      may have a scale for each block of a row (`NarrowRule` has the shapes).
    - **scale** of quantized outputs: *free*, *same* as the inputs, *fixed* by the kernel, or none.
    - **channels**: whether the last axis *keeps* its channels, *mixes* or *joins* them (`ChannelFlow`).
    - **runs**, **gradient**: the interpreter has a kernel; it hands gradients back.


    """
    + OpSet.builtin.families.map(section).joined(separator: "\n")

  private static func section(_ family: OperatorFamily) -> String {
    let rows = family.specs.map { "| " + cells($0).joined(separator: " | ") + " |" }
    let traps = family.specs.flatMap { spec in
      spec.traps.map { "- \(spec.kind), \(modes($0.modes).joined(separator: ", ")): \($0.text)." }
    }
    let custom = family.custom.keys.sorted().map { "- Custom operator that runs: `\($0)`." }
    let notes = traps + custom
    return
      ([
        "## \(family.name)", "",
        "| operator | versions | modes | scale | channels | runs | gradient |",
        "|---|---|---|---|---|---|---|",
      ] + rows + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n") + "\n"
  }

  private static func cells(_ spec: OpSpec) -> [String] {
    [
      spec.kind.description, versions(spec),
      (modes(spec.modes.subtracting(.dynamic)) + hybrid(spec)
        + (spec.narrow.map { ["narrow (\($0.description))"] } ?? []) + sparse(spec))
        .joined(separator: ", "),
      scale(spec.scaleRule), channels(spec.channelFlow), spec.kernel == nil ? "" : "yes",
      spec.gradient == nil ? "" : "yes",
    ]
  }

  private static func versions(_ spec: OpSpec) -> String {
    let list = spec.runtimes.map { "\($0.version):\($0.release)" }.joined(separator: " ")
    switch spec.maxReferenceVersion {
    case nil: return list + ", ref –"
    case spec.maxVersion: return list
    case let version?: return list + ", ref ≤ \(version)"
    }
  }

  private static func modes(_ modes: Modes) -> [String] {
    let names: [(Modes, String)] = [
      (.float16, "float16"), (.dynamic, "hybrid"), (.int8, "int8"), (.int16x8, "int16x8"),
    ]
    return names.filter { modes.contains($0.0) }.map(\.1)
  }

  private static func hybrid(_ spec: OpSpec) -> [String] {
    guard let hybrid = spec.hybrid else { return [] }
    return switch hybrid.granularity {
    case .perTensor: ["hybrid (tensor)"]
    case .perChannel(let axis): ["hybrid (axis \(axis))"]
    case .rows: ["hybrid (rows)"]
    }
  }

  private static func sparse(_ spec: OpSpec) -> [String] {
    guard let sparse = spec.sparse else { return [] }
    let forms = sparse.forms.map { "\($0.activation) × \($0.weight) by \($0.block)" }
    return ["sparse (\((forms + ["DENSIFY"]).joined(separator: "; ")))"]
  }

  private static func scale(_ rule: ScaleRule) -> String {
    func text(_ encoding: Affine) -> String {
      "\(encoding.type) 1/\(Int((1 / encoding.scale).rounded())), \(encoding.zeroPoint)"
    }
    switch rule {
    case .free: return "free"
    case .sameAsInputs: return "same"
    case .fixed(let encodings):
      return "fixed: " + encodings.map(text).joined(separator: "; ")
    case .none: return ""
    }
  }

  private static func channels(_ flow: ChannelFlow) -> String {
    switch flow {
    case .mixes: "mixes"
    case .keeps: "keeps"
    case .joins: "joins"
    case .needsAll: ""
    }
  }
}

@Suite struct OperatorsDocumentTests {
  @Test func `OPERATORS.md says what OpSet does`() throws {
    let path = Checkout.root.path + "/OPERATORS.md"
    if ProcessInfo.processInfo.environment["OPTIMIZE_RECORD"] == "1" {
      try Data(OperatorsDocument.text.utf8).write(to: URL(fileURLWithPath: path))
      Issue.record("recorded OPERATORS.md")
      return
    }
    let known = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let lines = zip(
      known.split(separator: "\n", omittingEmptySubsequences: false),
      OperatorsDocument.text.split(separator: "\n", omittingEmptySubsequences: false))
    let first = lines.first { $0 != $1 }
    #expect(
      known == OperatorsDocument.text,
      "'\(first?.1 ?? "length")', recorded '\(first?.0 ?? "length")'; OPTIMIZE_RECORD=1 swift test")
  }
}
