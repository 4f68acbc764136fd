import Evaluation
import Interpreter
import Optimizer
import Pipelines
import Platform
import Report
import TFLite
import Targets

/// Tries what fits a model, its samples and the budgets, and chooses the best.
///
/// The tree is that of the TensorFlow guide on model optimization: with representative samples the
/// activations become integers too, without them the weights alone. What the tree leaves open is
/// tried: every candidate runs as it would with `optimize pipeline`, and is judged on samples that
/// made none of them.
package struct AutoSearch {
  /// Chooses for this job, whose steps do not matter.
  let job: JobRun
  let file: ModelFile
  let catalog: StepCatalog
  /// Where the result is to run; nil for anywhere.
  let target: Target?
  /// When all ends, in seconds after the start, with the chosen candidate judged and written.
  let seconds: Double

  private let comparison: ModelComparison
  let source: CalibrationSource
  /// The names of the tensors that outputs are the SOFTMAX or LOGISTIC of, by the output's.
  private let inner: [String: String]
  private let start = Clock.now()
  private(set) var choice = Choice()
  private var skipped = 0
  /// The digests of all samples, so that every candidate is judged on the held-out ones.
  private let digests: [UInt64]
  /// The steps that gave a file, by its digest.
  private var files: [String: [String]] = [:]
  /// The seconds and the effort of the candidates so far.
  private var spent = (seconds: 0.0, effort: 0.0)
  /// The seconds that a candidate's figures took at most, and those of reading the samples: what is left to do
  /// for the chosen one.
  private var judging = 0.0
  private let reading: Double
  /// What candidates gave that may be chosen yet, by their steps: the chosen one need not run again.
  private var outcomes: [[String]: Pipeline.Outcome] = [:]

  /// `samples` are the job's, or ask for random inputs.
  package init(
    _ job: JobRun, on file: ModelFile, samples: SampleRequest, catalog: StepCatalog,
    target: Target?, seconds: Double
  ) throws {
    (self.job, self.file, self.catalog, self.seconds) = (job, file, catalog, seconds)
    self.target = target
    try job.checkSelection(of: file)
    comparison = try ModelComparison(
      file, path: job.input, samples.computed(by: target?.reference ?? .litert))
    inner = file.model.namesBeforeProbabilities
    source = try job.source(job.samples == nil ? nil : comparison, file)
    digests =
      job.samples == nil ? [] : try source.samples.digests(threads: job.options.threads)
    reading = Clock.now() - start
  }

  var hasSamples: Bool { job.samples != nil }

  /// What the chosen candidate's steps gave.
  package var chosenOutcome: Pipeline.Outcome? { choice.chosen.flatMap { outcomes[$0.steps] } }

  /// Tries the candidates and chooses one. Without a chosen one, `misses` of each say what it lacks.
  package mutating func run() throws -> Choice {
    let candidates = AutoCandidate.all(
      hasSamples: hasSamples, download: job.gates.maxDownload)
    let stage = ProgressStage("trying", of: candidates.count, "candidates")
    defer { stage.end() }
    var isMixed = false
    for candidate in candidates {
      // Between uniform forms lies what meets a budget. What takes long comes last, and need not be tried where
      // mixtures took the time.
      if !isMixed, hasBudget && candidate.steps.count > 1 || candidate.effort > MixedLadder.most {
        try mix()
        isMixed = true
      }
      try attempt(orQuick: candidate)
      stage.advance()
    }
    if !Deadline.isInterrupted, choice.candidates.allSatisfy({ $0.result == nil }),
      let least = candidates.first?.quick
    {
      try attempt(least, isLimited: false)
    }
    try tune()
    describe()
    choose()
    return choice
  }

  /// Tries a candidate, or with less searching where the time is too short for it: as for all others since one was
  /// stopped, for a search that does not end takes the time of those that follow.
  private mutating func attempt(orQuick candidate: AutoCandidate) throws {
    if let quick = candidate.quick, choice.candidates.contains(where: \.isStopped) {
      try attempt(quick)
      return
    }
    let row = try attempt(candidate)
    guard let quick = candidate.quick, row?.result == nil, row?.isStopped != false,
      fits(quick.effort)
    else { return }
    try attempt(quick)
  }

  /// Returns whether the time seems enough for a candidate.
  func fits(_ effort: Double) -> Bool {
    guard !Deadline.isInterrupted, most > 0 else { return false }
    return spent.effort == 0 || effort * spent.seconds / spent.effort <= most
  }

  /// The seconds that a candidate's steps may take: half of those that are left, so that others have a turn, a
  /// quarter as long as nothing is known, and so many that it can be judged, and the chosen one judged and written.
  private var most: Double {
    let left = seconds - (Clock.now() - start)
    return min(left / (spent.effort == 0 ? 4 : 2), left - reading - 2 * judging)
  }

  /// The job's options for work that must leave time for what follows.
  var limited: RunOptions {
    var options = job.options
    options.deadline = Deadline(in: most)
    return options
  }

  /// Counts work besides candidates.
  mutating func spend(_ seconds: Double, effort: Double) {
    spent = (spent.seconds + seconds, spent.effort + effort)
  }

  /// Returns the candidate's row; nil where the time is too short for it, if it is limited.
  @discardableResult
  mutating func attempt(
    _ candidate: AutoCandidate, isLimited: Bool = true
  ) throws -> Choice.Candidate? {
    let candidate = candidate.aimed(at: target)
    guard !isLimited || fits(candidate.effort) else {
      skipped += 1
      let row = Choice.Candidate(
        steps: candidate.steps,
        failure: Deadline.isInterrupted ? "left out: interrupted" : "left out: no time")
      choice.candidates.append(row)
      return nil
    }
    let begin = Clock.now()
    var row = Choice.Candidate(steps: candidate.steps)
    do {
      try measure(candidate, isLimited ? limited : job.options, &row)
    } catch is Deadline.Passed {
      skipped += 1
      row.isStopped = true
      row.failure = Deadline.isInterrupted ? "interrupted" : "stopped: no time"
    } catch {
      row.failure = Diagnostic(error, path: job.input).message
    }
    spend(Clock.now() - begin, effort: candidate.effort)
    choice.candidates.append(row)
    let possible = Set(contenders.map { choice.candidates[$0].steps })
    outcomes = outcomes.filter { possible.contains($0.key) }
    return row
  }

  private mutating func measure(
    _ candidate: AutoCandidate, _ options: RunOptions, _ row: inout Choice.Candidate
  ) throws {
    let steps = try candidate.steps.map { try catalog.step($0) }
    try JobRun.check(
      steps, hasSamples: hasSamples, hasStatistics: !job.statistics.isEmpty)
    let outcome = try Pipeline(
      steps, options: options, selection: job.selection, samples: source
    ).run(on: file)
    // A search that did not mind would have found less.
    try options.deadline?.check()
    guard outcome.isChanged else {
      row.failure = "nothing to do"
      return
    }
    try outcome.writer.withScratchFile { path in
      let written = try ModelFile(MappedFile(path: path), maxMemory: Int.max)
      let digest = Measurement.sha256(written.file)
      if let same = files[digest] {
        row.failure = "the same file as with \(same.joined(separator: " "))"
        return
      }
      files[digest] = candidate.steps
      let begin = Clock.now()
      let (result, gates) = try figures(of: written, outcome)
      judging = max(judging, Clock.now() - begin)
      row.result = result
      outcomes[candidate.steps] = outcome
      row.misses = gates.filter { !$0.passed }.map {
        "\($0.name): \($0.value), limit \($0.limit)"
      }
      if result.bytes > file.bytes.count { row.misses.append("larger than the model") }
    }
  }

  private func figures(
    of written: ModelFile, _ outcome: Pipeline.Outcome
  ) throws -> (Choice.Candidate.Result, [ReportDocument.Gate]) {
    var report = job.unwrittenReport(on: file)
    try comparison.compare(
      with: written, path: job.input, tensors: !inner.isEmpty, calibratedOn: digests,
      factors: outcome.results.last(of: QuantizeResult.self)?.channelFactors.byName, in: &report)
    guard let quality = report.quality else { throw ComparisonFault.noNumbers }
    let download = Measurement(level: 6, threads: job.options.threads).download(written.file)
    let result = Choice.Candidate.Result(
      bytes: written.bytes.count, download: download, signal: quality.signal(before: inner),
      agreement: quality.leastAgreement?.argmaxAgreement, drop: quality.accuracy?.drop,
      secondsPerRun: try RunTime.median(of: written, threads: job.options.threads),
      shareOnTarget: target.map { Assessment(written, $0).share })
    var gates = job.cheapGates(
      size: written.bytes.count, leastRuntime: outcome.model.leastRuntime, nil)
    if let limit = job.gates.maxDownload {
      gates.append(.atMost("max-download", limit, download))
    }
    return (result, gates + job.gates.quality.judge(quality))
  }
}

// MARK: Choosing

extension AutoSearch {
  var asksQuality: Bool { job.gates.quality.asksAny }
  var asksSize: Bool { job.gates.maxSize != nil || job.gates.maxDownload != nil }
  var hasBudget: Bool { asksQuality || asksSize }

  /// Whether outputs are good by themselves: those that the report shows without a warning.
  private func isGood(_ result: Choice.Candidate.Result) -> Bool {
    guard !asksQuality else { return true }
    if let drop = result.drop { return drop <= 100 * (1 - AutoCandidate.leastAgreement) }
    return result.signal >= ReportDocument.Quality.poor
      && (result.agreement ?? 1) >= AutoCandidate.leastAgreement
  }

  /// Whether a candidate meets all gates, and would on other samples. SOFTMAX hides the errors of samples that are sure,
  /// so a few such samples say little: of MLPerf's keyword network 22 held-out ones gave 30 dB at the outputs of
  /// a file with 24 dB before SOFTMAX, 300 others 23 dB.
  func isSafe(_ row: Choice.Candidate) -> Bool {
    guard row.misses.isEmpty, let limit = job.gates.quality.minSqnr?.value else {
      return row.misses.isEmpty
    }
    return row.result.map { $0.signal >= limit } ?? true
  }

  private mutating func describe() {
    let calibration = digests.count { comparison.source.split.isForCalibration($0) }
    choice.branches.append(
      hasSamples
        ? .samples(calibration: calibration, heldOut: digests.count - calibration) : .noSamples)
    if let target { choice.branches.append(.target(target.name)) }
    choice.branches.append(comparison.source.classes != nil ? .labels : .noLabels)
    choice.branches.append(
      asksQuality
        ? .smallestWithinQuality
        : asksSize
          ? .bestWithinSize
          : .smallestGood(
            leastSignal: ReportDocument.Quality.poor,
            leastAgreement: AutoCandidate.leastAgreement))
    if Deadline.isInterrupted {
      choice.branches.append(.interrupted(skipped))
    } else if skipped > 0 {
      choice.branches.append(.leftOut(skipped, seconds: seconds))
    }
  }

  private mutating func choose() {
    let results = choice.candidates.map(\.result)
    for (index, result) in results.enumerated() {
      guard let result else { continue }
      choice.candidates[index].isOnFront = !results.contains { other in
        guard let other else { return false }
        let (isSmaller, isBetter) = (
          other.download < result.download, other.isBetter(than: result)
        )
        return isSmaller && !result.isBetter(than: other)
          || isBetter && other.download <= result.download
      }
    }
    let places = contenders
    if let best = places.first(where: { choice.candidates[$0].isIntegers }) ?? places.first {
      choice.candidates[best].isChosen = true
      let download = results[best]?.download ?? 0
      if choice.candidates[best].isIntegers,
        places.contains(where: { results[$0].map { $0.download < download } ?? false })
      {
        choice.branches.append(
          .integersAmongEqual(percent: 100 * (AutoCandidate.equalDownload - 1)))
      }
    }
    choice.candidates.sort {
      ($0.result?.download ?? .max, $0.result?.bytes ?? 0)
        < ($1.result?.download ?? .max, $1.result?.bytes ?? 0)
    }
  }

  /// The places of the candidates among which the best is: within a size the one with the best outputs, otherwise
  /// those of about the least download among the good ones, or the best where none is good. Of these integers alone
  /// are taken, then the first, which needs the simplest kernels. A candidate that is none will not become one.
  private var contenders: [Int] {
    let share = choice.candidates.compactMap { $0.result?.shareOnTarget }.max()
    let results = choice.candidates.enumerated().compactMap { place, candidate in
      candidate.result.flatMap { result in
        result.shareOnTarget == share && candidate.misses.isEmpty ? (place, result) : nil
      }
    }
    var good = results.filter { isGood($0.1) }
    let safe = good.filter { isSafe(choice.candidates[$0.0]) }
    if !safe.isEmpty { good = safe }
    if asksQuality || !asksSize, let least = good.map(\.1.download).min() {
      let most = Double(least) * AutoCandidate.equalDownload
      return good.filter { Double($0.1.download) <= most }.map(\.0)
    }
    return results.max { $1.1.isBetter(than: $0.1) }.map { [$0.0] } ?? []
  }
}

// MARK: Tuning

extension AutoSearch {
  /// Looks for the share of zeros with which the integers just meet a budget: the download for
  /// budgets of size, the gates of quality otherwise.
  private mutating func tune() throws {
    guard job.gates.maxDownload != nil || asksQuality else { return }
    // More zeros make the download smaller and the outputs worse: what keeps the quality takes more of
    // them, and so does what is too large.
    var (least, most) = (0.0, AutoCandidate.mostZeros)
    for _ in 0..<AutoCandidate.tuningSteps {
      let zeros = ((least + most) / 2 * 100).rounded() / 100
      guard zeros > least, zeros < most,
        let row = try attempt(.pruned(zeros, hasSamples: hasSamples)), row.result != nil
      else { return }
      if isSafe(row) == asksQuality { least = zeros } else { most = zeros }
    }
  }
}

extension Choice.Candidate {
  /// Whether activations are integers too, and nothing else was done.
  fileprivate var isIntegers: Bool {
    steps.count == 1 && steps[0].hasPrefix("quantize:mode=int")
  }
}

extension ReportDocument.Quality {
  /// Returns the SQNR of the worst output, in dB, taken before SOFTMAX and LOGISTIC: `inner` has the
  /// names of the tensors that they read, by output. 0 for NaN, infinite if all are exact.
  fileprivate func signal(before inner: [String: String]) -> Double {
    guard outputs.allSatisfy({ $0.notFinite == 0 }) else { return 0 }
    let rows = outputs.filter(\.isCompared).map { output in
      inner[output.name].flatMap { name in tensors.first { $0.name == name } } ?? output
    }
    return rows.map(\.poorest).min() ?? .infinity
  }
}

extension Model {
  /// The names of the tensors that outputs are the SOFTMAX or LOGISTIC of, by the names of these
  /// outputs in the graph and in signatures.
  fileprivate var namesBeforeProbabilities: [String: String] {
    guard let subgraph = subgraphs.first else { return [:] }
    let outputs = Set(subgraph.outputs ?? [])
    return subgraph.operators.reduce(into: [:]) { names, entry in
      guard [.softmax, .logistic].contains(kind(of: entry)), let output = entry.outputs?.first,
        let input = entry.inputs?.first, outputs.contains(output), input >= 0
      else { return }
      let before = subgraph.tensors[Int(input)].label
      names[subgraph.tensors[Int(output)].label] = before
      for map in signatures.flatMap(\.outputs) where Int(map.tensorIndex) == Int(output) {
        if let name = map.name { names["\(name)"] = before }
      }
    }
  }
}

extension Assessment {
  /// The share of multiplications on the target; of operators where there are none.
  fileprivate var share: Double {
    guard multiplications > 0 else { return Double(runs) / Double(max(1, rows.count)) }
    return Double(multiplicationsOnTarget) / Double(multiplications)
  }
}
