extension ReportDocument {
  /// Returns the report for people. `verbose` lists every tensor; otherwise reasons are summed up.
  package func text(verbose: Bool) -> String {
    var lines = [headline] + choiceLines
    if let output {
      lines.append(
        row(
          "size",
          "\(Numbers.bytes(input.bytes)) → \(Numbers.bytes(output.bytes))"
            + "  (\(Numbers.ratio(input.bytes, output.bytes)))"))
    } else {
      lines.append(row("size", Numbers.bytes(input.bytes)))
    }
    lines += (pruning?.lines ?? []).map { row("pruned", $0) }
    lines += (fix?.lines ?? []).enumerated().map { row($0 == 0 ? "graph" : "", $1) }
    lines += channelLines(verbose: verbose).map { row($0.label, $0.text) }
    lines += encodingLines + presenceLines
    lines += clusterLines.enumerated().map { row($0 == 0 ? "clusters" : "", $1) }
    lines += stepLines + widerLines + errorLines
    lines += aloneLines(verbose: verbose)
    if coverage.quantizeOps.before + coverage.quantizeOps.after + coverage.dequantizeOps.before
      + coverage.dequantizeOps.after > 0
    {
      lines.append(
        row(
          "conversions",
          "DEQUANTIZE \(change(coverage.dequantizeOps)), QUANTIZE \(change(coverage.quantizeOps))"))
    }
    if let before = minRuntime.before, let after = minRuntime.after {
      lines.append(
        row("runtime", "needs \(before == after ? after : "\(before) → \(after)") or newer"))
    }
    if let runtimeCostText { lines.append(row("", runtimeCostText)) }
    lines += compressibilityLines + anatomyLines + whatIfLines
    if verbose { lines += tensorLines }
    lines += qualityLines(verbose: verbose)
    lines += (pruningAdvice.map { [row("next", $0)] } ?? [])
    lines += gates.map { gate in
      row("gate", "\(gate.name) \(gate.limit): \(gate.value) \(gate.passed ? "passed" : "FAILED")")
    }
    lines += warnings.map { "warning: \($0)" }
    return ReadableText.lines(lines)
  }

  /// Returns one line for each output, then the worst inner tensors and the next thing to try.
  private func qualityLines(verbose: Bool) -> [String] {
    guard let quality else { return [] }
    let findings =
      (quality.shows(worstSteps: verbose) ? worstSteps(quality) : [])
      + (quality.advice.map { [row("next", $0)] } ?? [])
    let facts =
      quality.preparations.map { row("samples", $0) }
      + (quality.rangesSource.map { [row(quality.setsRanges ? "ranges" : "integers", $0)] } ?? [])
      + (quality.accuracy.map { [row("top-1", $0.text)] } ?? [])
    return facts
      + quality.outputs.enumerated().map { index, output in
        let place = row(index == 0 ? "quality" : "", "'\(output.name)' on \(quality.source): ")
        guard output.isCompared else { return place + "not compared, it has no numbers" }
        let agreement = output.agreement.map { ", argmax \($0)" } ?? ""
        let broken = output.notFinite > 0 ? ", \(output.notFinite) NaN or infinite" : ""
        guard !output.isExact else { return place + "exact" }
        return place + "\(output.signal) dB, rel. L2 \(Numbers.short(output.relativeL2)), "
          + "cosine \(Numbers.fixed(output.cosine, 5))\(agreement)\(broken)"
          + (output.lowSamples(of: quality.samples).map { "; \($0)" } ?? "")
      } + findings
  }

  /// Returns the integer results with the greatest errors in steps.
  private func worstSteps(_ quality: Quality) -> [String] {
    quality.worstSteps.prefix(10).enumerated().map { index, tensor in
      row(
        index == 0 ? "worst" : "",
        "\(tensor.operatorName) '\(ReadableText.shortened(tensor.name, to: 40))' \(tensor.signal) dB, "
          + "RMSE \(tensor.steps) steps, \(tensor.factors ?? "\(tensor.saturatedPercent) saturated")"
      )
    }
  }

  private func row(_ label: String, _ text: String) -> String { "  \(label.padded(13))\(text)" }

  private func change(_ change: Change<Int>) -> String {
    change.before == change.after ? "\(change.after)" : "\(change.before) → \(change.after)"
  }

  /// Lines on the constants before and after, one for each pair of encodings.
  private var encodingLines: [String] {
    tensors.filter { $0.before != $0.after || $0.hasOtherValues && steps.isEmpty }
      .inGroups(by: \.encodings)
      .map { key, group in
        let before = group.reduce(0) { $0 + $1.bytesBefore }
        let after = group.reduce(0) { $0 + $1.bytesAfter }
        return row(
          "changed",
          "\(Numbers.counted(group.count, "tensor")) \(key): "
            + (before == after && group.allSatisfy(\.hasOtherValues)
              ? "other values, \(Numbers.bytes(before))"
              : "\(Numbers.bytes(before)) → \(Numbers.bytes(after))"))
      }
  }

  /// Lines on what only one of two files has.
  private var presenceLines: [String] {
    [Presence.removed, .added].flatMap { presence -> [String] in
      let constants = tensors.filter { $0.presence == presence }
      let bytes = constants.reduce(0) { $0 + $1.bytesBefore + $1.bytesAfter }
      let counts = operators.filter { $0.presence == presence }.map(\.kind).frequencies()
        .map { "\($0.count) \($0.text)" }
      let texts =
        (constants.isEmpty
          ? [] : ["\(Numbers.counted(constants.count, "constant")), \(Numbers.bytes(bytes))"])
        + (counts.isEmpty ? [] : ["operators \(counts.joined(separator: ", "))"])
      return texts.enumerated().map { row($0 == 0 ? presence.rawValue : "", $1) }
    }
  }

  /// Lines on weights with wide steps, which use only small integers.
  private var stepLines: [String] {
    let greatest = tensors.compactMap(\.greatestInteger)
    guard let least = greatest.min(), let most = greatest.max() else { return [] }
    return [
      row(
        "steps",
        "\(Numbers.counted(greatest.count, "sparse weight")): integers up to ±\(least)"
          + (most > least ? " … ±\(most)" : "") + " instead of ±127, smaller under compression")
    ]
  }

  /// Lines on weights with more bits than asked for, or no blocks, by reason.
  private var widerLines: [String] {
    let groups = tensors.filter(\.isWider).inGroups { $0.reason?.generalText ?? "" }
    return groups.enumerated().map { index, group in
      let bytes = group.1.reduce(0) { $0 + $1.bytesAfter }
      return row(
        index == 0 ? "wider" : "",
        "\(Numbers.counted(group.1.count, "weight")) \(group.1[0].after.text) "
          + "(\(Numbers.bytes(bytes))): \(group.0)")
    }
  }

  /// A line on the errors of weights, where they were measured.
  private var errorLines: [String] {
    let found = tensors.filter { $0.weightError != nil }
      .greatestFirst { $0.weightError ?? 0 }
    guard let worst = found.first, let median = found[found.count / 2].weightErrorText,
      let greatest = worst.weightErrorText
    else { return [] }
    return [
      row(
        "weights",
        found.count == 1
          ? "relative error \(greatest)"
          : "relative errors up to \(greatest) ('\(ReadableText.shortened(worst.name, to: 40))'), "
            + "median \(median)")
    ]
  }

  private func aloneLines(verbose: Bool) -> [String] {
    let alone = tensors.filter { $0.before == $0.after && $0.isConsidered && !$0.hasOtherValues }
    guard !alone.isEmpty else { return [] }
    let bytes = alone.reduce(0) { $0 + $1.bytesBefore }
    var lines = [
      row(
        steps.isEmpty ? "unchanged" : "left alone",
        "\(Numbers.counted(alone.count, alone.allSatisfy(\.isFloat) ? "float tensor" : "tensor")), "
          + Numbers.bytes(bytes))
    ]
    // Without a step nobody decided anything.
    guard !steps.isEmpty else { return hasAfter ? lines : [] }
    var groups: [String: (count: Int, bytes: Int)] = [:]
    for tensor in alone {
      let reason = (tensor.reason ?? .notAsked).generalText
      groups[reason, default: (0, 0)].count += 1
      groups[reason, default: (0, 0)].bytes += tensor.bytesBefore
    }
    let sorted = groups.sorted {
      ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key)
    }
    let shown = verbose ? sorted.count : 8
    for (reason, group) in sorted.prefix(shown) {
      lines.append(row("", "\(group.count) × \(reason) (\(Numbers.bytes(group.bytes)))"))
    }
    if sorted.count > shown {
      lines.append(row("", "and \(sorted.count - shown) other reasons: --verbose lists them"))
    }
    return lines
  }

  private var compressibilityLines: [String] {
    guard let compressibility else { return [] }
    func line(_ label: String, _ value: Compressibility?) -> String? {
      value.map { value in
        let level9 = value.deflate9.map { ", level 9 \(Numbers.bytes($0))" } ?? ""
        return row(
          label,
          "deflate \(Numbers.bytes(value.deflate6)) "
            + "(\(Numbers.percent(value.deflate6, value.raw)))\(level9), "
            + "order-0 bound \(Numbers.bytes(value.entropyBound))")
      }
    }
    let by = deflateBy.map { [row("", "deflate by \($0)")] } ?? []
    let both = compressibility.after != nil
    return [
      line(both ? "download" : "compressed", compressibility.before),
      line("      after", compressibility.after),
    ].compactMap { $0 } + by
  }

  private var anatomyLines: [String] {
    guard let anatomy else { return [] }
    let both = output != nil
    return zip(anatomy.before, anatomy.after).filter { $0.0.bytes + $0.1.bytes > 0 }.map { pair in
      let (before, after) = pair
      let values =
        both
        ? "\(Numbers.bytes(before.bytes)) → \(Numbers.bytes(after.bytes))"
        : Numbers.bytes(before.bytes)
      return row(before.category, values)
    }
  }

  private var tensorLines: [String] {
    tensors.map { tensor in
      let statistics = tensor.statistics.map { statistics in
        ", entropy \(Numbers.fixed(statistics.entropyBits, 2)) bits"
          + ", zeros \(Numbers.percent(statistics.zeros, tensor.elements))"
          + ", distinct \(statistics.distinct.map(String.init) ?? "many")"
      }
      return
        "  [\(tensor.subgraph):\(tensor.index)] \(tensor.name.isEmpty ? "(no name)" : tensor.name)"
        + " \(tensor.role.text) \(tensor.shape) \(tensor.encodings), "
        + Numbers.bytes(tensor.bytesBefore)
        + (tensor.bytesAfter == tensor.bytesBefore ? "" : " → \(Numbers.bytes(tensor.bytesAfter))")
        + (tensor.weightErrorText.map { ", error \($0)" } ?? "")
        + (statistics ?? "") + (tensor.reason.map { ": \($0.text)" } ?? "")
    }
  }
}
