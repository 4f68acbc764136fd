import OpSet
import Optimizer
import TFLite

extension ReportDocument {
  /// The path of the input, and of the output if there is one.
  var headline: String {
    guard let output else { return input.path }
    return "\(input.path) → \(output.path)"
  }
}

extension ReportDocument.Constant {
  /// "float32 → int8", or the one encoding it kept, "added int8" if it is in one file alone.
  var encodings: String {
    guard presence == .both else { return "\(presence.rawValue) \(before.text)" }
    return before == after ? before.text : "\(before.text) → \(after.text)"
  }
}

extension ReportDocument {
  /// What users of LiteRT's reference kernels must know about weights that came in blocks.
  package var blockWarnings: [String] {
    let kinds = operators.filter { entry in
      guard entry.after.weights?.block != nil, entry.before != entry.after,
        let kind = BuiltinOperator(named: entry.kind)
      else { return false }
      return OpSet.spec(for: kind)?.narrow?.hasWrongReferenceBlocks == true
    }.map(\.kind)
    return kinds.frequencies().map { kind in
      "LiteRT's reference kernels (BUILTIN_REF) leave out the scales of blocks of "
        + "\(kind.count) \(kind.text); XNNPACK and its optimized kernels do not"
    }
  }
}

extension Model {
  /// What its weights of few bits cost in time that those of `input` do not; nil if they cost nothing.
  package func unpackingWarning(since input: Model) -> String? {
    let found = unpackingKinds
    guard found.count > input.unpackingKinds.count else { return nil }
    let kinds = found.frequencies().map { "\($0.count) \($0.text)" }
    // By `Tools/narrow_speed.py`, on 34 models of the zoo: 1.7 and 1.8 times in the geometric mean.
    return
      "LiteRT unpacks the int4 weights of \(kinds.joined(separator: " and ")) in each run, and XNNPACK has "
      + "no kernel for them: on a CPU models take about twice as long as with int8 weights, and up to 12 times"
  }

  /// The kinds of the operators whose kernels unpack their weights in each run.
  private var unpackingKinds: [String] {
    subgraphs.flatMap { subgraph in
      subgraph.operators.compactMap { entry in
        let narrow = (entry.inputs ?? []).contains { input in
          input >= 0 && subgraph.tensors[Int(input)].type.bits ?? 8 < 8
        }
        return narrow && OpSet.spec(for: kind(of: entry))?.narrow?.isUnpacked == true
          ? name(of: entry) : nil
      }
    }
  }
}

extension ReportDocument.Constant {
  /// The error of its integers in percent, or nil.
  var weightErrorText: String? {
    weightError.map { "\(Numbers.fixed($0 * 100, 2)) %" }
  }
}

extension ReportDocument.Operator {
  /// "float32 → int8", or the one arithmetic it kept.
  var encodings: String {
    before == after ? before.text : "\(before.text) → \(after.text)"
  }

  var place: String { site.text }
}

extension OperatorPlace {
  /// "7", or "1:7" in another subgraph than the first.
  var text: String { subgraph == 0 ? "\(index)" : "\(subgraph):\(index)" }
}

extension ReportDocument {
  /// What to try next: for the quality of integers, and for what zeros alone do not give.
  var advice: [String] { [quality?.advice, pruningAdvice].compactMap { $0 } }

  var pruningAdvice: String? {
    guard let pruning, pruning.zeros > 0, let output, output.bytes * 20 > input.bytes * 19 else {
      return nil
    }
    let isFloat = tensors.contains { $0.isFloat && $0.sparsity != nil }
    return "zeros take as many bytes as other values: 'report' with both files shows what "
      + "compression saves" + (isFloat ? "; 'quantize' makes file and download smaller" : "")
  }
}

extension ReportDocument.WhatIf {
  var label: String {
    sparsity == 0
      ? "\(values) values" : "\(Numbers.fixed(sparsity * 100, 0)) % zeros, \(values) values"
  }

  var values: String { clusters.map(String.init) ?? "all" }

  var errorText: String { weightError == 0 ? "0" : Numbers.fixed(weightError, 4) }
}

extension ReportDocument.Pruning {
  var lines: [String] {
    let reached =
      scope == "layer" ? "in each layer" : "over all layers, more where zeros cost less"
    let plain = scope == "layer" ? reached : "over all layers"
    return [
      "\(Numbers.counted(tensors, "weight")): \(Numbers.percent(zeros, elements)) zeros "
        + "(\(zeros) of \(elements)), \(isSolved ? reached : plain)"
        + (isSolved ? "; kept weights refitted to the samples" : "")
    ]
  }
}
