/// What a reader wants to know first: how small, how good, what to do.
struct HTMLTiles {
  let report: ReportDocument

  var markup: Markup {
    let tiles = [size, download, accuracy, quality, result, coverage, runtime].compactMap { $0 }
    return "<div class=\"tiles\">\n\(tiles.map(\.markup))</div>\n"
  }

  private var size: HTMLTile {
    // A file that failed a gate was measured and then not kept.
    sizes(
      "Size", report.input.bytes, report.output?.bytes ?? report.compressibility?.after?.raw, "")
  }

  private var download: HTMLTile? {
    if let figures = report.compressibility, let before = figures.before?.deflate6 {
      return sizes("Compressed download", before, figures.after?.deflate6, "deflate level 6")
    }
    return report.whatIf.first.map {
      sizes("Compressed download", $0.stored.deflate6, nil, "deflate level 6")
    }
  }

  private func sizes(_ label: String, _ before: Int, _ after: Int?, _ note: String) -> HTMLTile {
    guard let after else {
      return HTMLTile(
        label: label, value: "\(Numbers.bytes(before))",
        notes: note.isEmpty ? ["\(Numbers.grouped(before)) bytes"] : ["\(note)"])
    }
    let saved = before - after
    let change =
      saved == 0
      ? "same size"
      : "\(Numbers.ratio(before, after)), \(Numbers.bytes(abs(saved))) \(saved > 0 ? "saved" : "added")"
    return HTMLTile(
      label: label, value: HTMLTile.joined(Numbers.bytesChange(before, after)),
      notes: [saved == 0 ? "\(change)" : "<strong>\(HTMLTile.joined(change))</strong>", "\(note)"]
        .filter { !$0.text.isEmpty },
      share: before > 0 ? Double(after) / Double(before) : nil)
  }

  // MARK: Quality

  private var quality: HTMLTile? {
    guard let quality = report.quality, let worst = quality.worstOutput else { return nil }
    let signal = worst.isExact ? .infinity : worst.poorest
    let names = HTMLNames(quality.tensors.map(\.name))
    var notes: [Markup] = [
      "worst output \(name(worst.name, names)), \(quality.source)"
    ]
    var level = worst.notFinite > 0 ? QualityLevel.bad : .ofSignal(signal)
    if let columns = worst.columns, !columns.lost.isEmpty {
      notes.append("\(columns.lostCount) of its \(columns.count) columns are lost")
    }
    if let row = quality.leastAgreement, let share = row.argmaxAgreement {
      notes.append(HTMLTile.joined("same greatest value in \(row.agreement ?? "")"))
      level = min(level, .ofShare(1 - share))
    }
    if let accuracy = quality.accuracy {
      notes.append(HTMLTile.joined("top-1 \(accuracy.text)"))
      level = min(level, .ofShare(accuracy.drop / 100))
    }
    if let part = quality.worst.first {
      let unit: Markup = part.sqnr.isFinite ? "&#160;dB" : ""
      notes.append("worst part \(name(part.name, names)): \(HTMLQuality.signal(part))\(unit)")
    }
    let value = worst.isExact ? "exact" : "\(Numbers.fixed(signal, 1)) dB"
    return HTMLTile(
      label: "Quality (signal to noise)", isWide: true,
      value: "\(worst.sqnr.isFinite || worst.isExact ? value : worst.signal)",
      notes: notes, level: level)
  }

  private func name(_ text: String, _ names: HTMLNames) -> Markup {
    """
    <span title="\(ReadableText.shortened(text, to: 240))">\
    '\(ReadableText.shortened(names.label(text), to: 32))'</span>
    """
  }

  private var accuracy: HTMLTile? {
    report.accuracy.map { accuracy in
      HTMLTile(
        label: "Top-1", isWide: true, value: "\(Numbers.fixed(100 * accuracy.top1.share, 2)) %",
        notes: ["\(accuracy.top1.detail)"]
          + (accuracy.classes > 5 ? ["top-5 \(accuracy.top5.text)"] : [])
          + ["\(accuracy.classes) classes"])
    }
  }

  // MARK: The rest

  private var coverage: HTMLTile? {
    let coverage = report.coverage
    guard coverage.weightBytesTotal > 0, report.hasAfter else { return nil }
    return HTMLTile(
      label: "Float weights changed",
      value: "\(Numbers.percent(coverage.weightBytesChanged, coverage.weightBytesTotal))",
      notes: ["of \(Numbers.bytes(coverage.weightBytesTotal))"]
        // Pruned and clustered weights keep the arithmetic of their operators.
        + (coverage.operatorsChanged == 0
          ? []
          : [
            "\(coverage.operatorsChanged) of \(Numbers.counted(coverage.operatorsTotal, "operator"))"
          ]))
  }

  private var runtime: HTMLTile? {
    let (before, after) = (report.minRuntime.before, report.minRuntime.after)
    guard let least = after ?? before else { return nil }
    return HTMLTile(
      label: "Least runtime",
      value:
        "\(before == after ? least : "\(before ?? "unknown") → \(after ?? "unknown")")",
      notes: ["TensorFlow Lite \(least) or newer"]
        + (report.runtimeCostText.map { ["\($0)"] } ?? []))
  }

  /// Only where there is a verdict to tell.
  private var result: HTMLTile? {
    guard !report.gates.isEmpty || report.exitCode != 0 else { return nil }
    let failed = report.gates.count { !$0.passed }
    let gates = Numbers.counted(report.gates.count, "gate")
    let meaning =
      switch report.exitCode {
      case 0: "done"
      case 1: "gate failed"
      case 3: "nothing to gain"
      default: "failed"
      }
    return HTMLTile(
      label: "Result", value: "\(meaning)",
      notes: ["exit code \(Int(report.exitCode))"]
        + (report.gates.isEmpty
          ? [] : ["\(failed == 0 ? "\(gates) passed" : "\(failed) of \(gates) failed")"]),
      level: report.exitCode == 0 ? .good : .bad)
  }
}
