extension Choice.Branch {
  var text: String {
    switch self {
    case .samples(let calibration, let heldOut):
      return "representative samples: yes, \(calibration) to calibrate and \(heldOut) to judge; "
        + "integers for activations too"
    case .noSamples:
      return "representative samples: no; weights alone become smaller, judged on random inputs"
    case .target(let name):
      return "target: \(name); its forms, and what runs there most"
    case .labels: return "labels: yes; top-1 judges"
    case .noLabels: return "labels: no; the original's outputs judge"
    case .bestWithinSize: return "budget: a size; the best outputs within it"
    case .smallestWithinQuality:
      return "budget: quality; the smallest download that keeps it, "
        + "--min-sqnr before SOFTMAX too if one does"
    case .smallestGood(let signal, let agreement):
      return "budget: none; the smallest download with \(Numbers.fixed(signal, 0)) dB and "
        + "\(Numbers.fixed(agreement * 100, 0)) % equal answers or more"
    case .integersAmongEqual(let percent):
      return "equal: downloads within \(Numbers.fixed(percent, 0)) % of the smallest; "
        + "of these, integers for activations too, which run faster and on more processors"
    case .leftOut(let count, let seconds):
      return "time: \(Numbers.fixed(seconds, 0)) s were too short for "
        + "\(Numbers.counted(count, "candidate")); --time gives more"
    case .interrupted(let count):
      return "interrupted: \(Numbers.counted(count, "candidate")) left out"
    }
  }
}

extension ReportDocument {
  /// The decision tree and the table for people.
  var choiceLines: [String] {
    guard let choice else { return [] }
    let tree = choice.branches.enumerated().map { ($0 == 0 ? "  tree" : "").padded(15) + $1.text }
    let hasTarget = choice.candidates.contains { $0.result?.shareOnTarget != nil }
    let heads =
      ["download", "file", "SQNR", "argmax", "top-1", "ms here"] + (hasTarget ? ["there"] : [])
    func line(_ mark: String, _ cells: [String], _ rest: String) -> String {
      "  " + mark.padded(8) + cells.map { $0.padded(10, left: true) }.joined() + "  " + rest
    }
    let rows = choice.candidates.map { candidate in
      let cells = candidate.result?.cells ?? heads.map { _ in "–" }
      return line(
        candidate.mark, cells,
        ReadableText.shortened(candidate.steps.joined(separator: " "), to: 120)
          + candidate.remarks.map { " – \($0)" }.joined())
    }
    return tree + [line("tried", heads, "steps of 'optimize pipeline'")] + rows
  }
}

extension Choice.Candidate {
  /// "front" where no other candidate is smaller and better.
  var mark: String { isChosen ? "chosen" : isOnFront ? "front" : "" }

  /// Why it gave no file, and what it lacks.
  var remarks: [String] { (failure.map { [$0] } ?? []) + misses }
}

extension Choice.Candidate.Result {
  /// Download, file, signal, agreement, top-1, time, and the share on the target.
  var cells: [String] {
    [
      Numbers.bytes(download), Numbers.bytes(bytes),
      signal.isFinite ? "\(Numbers.fixed(signal, 1)) dB" : "exact",
      agreement.map { "\(Numbers.fixed($0 * 100, 1)) %" } ?? "–",
      drop.map { $0 == 0 ? "equal" : ($0 > 0 ? "−" : "+") + Numbers.fixed(abs($0), 1) } ?? "–",
      Numbers.fixed(secondsPerRun * 1e3, 2),
    ] + (shareOnTarget.map { ["\(Numbers.fixed($0 * 100, 0)) %"] } ?? [])
  }
}
