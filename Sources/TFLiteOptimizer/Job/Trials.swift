import Evaluation
import Optimizer
import Pipelines
import Platform
import Report
import TFLite

/// Tries other options if an integer model's outputs are poor, so that the report's advice has been
/// tested. Each trial runs the steps again and compares on the same samples.
struct Trials {
  let job: JobRun
  let file: ModelFile
  let comparison: ModelComparison
  let digests: [UInt64]

  /// Trials are made only if the steps and the comparison took fewer seconds than this. New trials
  /// begin until they have taken as long, but at least for a second.
  private static let mostSeconds = SearchLimit.of("Trials.mostSeconds", 4.0)
  /// A smaller gain in decibels may be due to the choice of samples.
  private static let leastGain = SearchLimit.of("Trials.leastGain", 3.0)
  /// The number of worst inner tensors that a trial keeps float.
  private static let mostKept = SearchLimit.of("Trials.mostKept", 3)

  private struct Candidate {
    /// The option as the user types it.
    let option: String
    var step: QuantizeStep
    var keepFloat: [String] = []
  }

  /// Returns advice with its measured gain. Nil if quality is not poor, no trial helped, or trials
  /// would take long. `seconds` is the time that the job took.
  func advice(on quality: ReportDocument.Quality, seconds: Double) -> String? {
    let before = quality.poorest
    guard before < ReportDocument.Quality.poor, seconds < Self.mostSeconds,
      let step = job.steps.last as? QuantizeStep
    else { return nil }
    let stage = ProgressStage("trying other options")
    defer { stage.end() }
    var best: (option: String, signal: Double)?
    let start = Clock.now()
    for candidate in candidates(step, quality) where Clock.now() - start < max(1, seconds) {
      ProgressStage.tried()
      // A candidate that fails is no advice.
      guard let signal = try? signal(of: candidate), signal >= before + Self.leastGain,
        signal > best?.signal ?? before
      else { continue }
      best = (candidate.option, signal)
      // The candidates that change least come first.
      if signal >= ReportDocument.Quality.poor { break }
    }
    return best.map {
      "\($0.option): in a trial, the worst part had \(Numbers.fixed($0.signal, 1)) dB instead of "
        + Numbers.fixed(before, 1)
    }
  }

  /// Returns other options than those of the job.
  private func candidates(
    _ step: QuantizeStep, _ quality: ReportDocument.Quality
  ) -> [Candidate] {
    guard let integer = step.integer, step.plan == nil else { return [] }
    var found: [Candidate] = []
    if integer.effort == 0 {
      found.append(Candidate(option: "--effort 2", step: step))
      found[0].step.integer?.effort = 2
    } else {
      let range = integer.range == .minmax ? RangeMethod.auto : .minmax
      found.append(Candidate(option: "--range \(range)", step: step))
      found[0].step.integer?.range = range
    }
    let outputs = poorOutputs(quality)
    for names in [outputs, outputs + worstInside(quality)] where !names.isEmpty {
      let option = names.map { "--keep-float '\($0)'" }.joined(separator: " ")
      guard found.last?.option != option else { continue }
      found.append(Candidate(option: option, step: step, keepFloat: names))
    }
    // Not every mode allows integer inputs and outputs.
    guard integer.io == IOTypes() else { return found }
    for mode in [QuantizeStep.Mode.int16x8, .dynamic] where mode != step.mode {
      var other = QuantizeStep(mode: mode)
      if mode.integerMode != nil {
        other.integer?.range = integer.range
        other.integer?.effort = integer.effort
      }
      found.append(Candidate(option: "--mode \(mode.rawValue)", step: other))
    }
    return found
  }

  /// The names of the model's outputs that are poor, as rules take them.
  private func poorOutputs(_ quality: ReportDocument.Quality) -> [String] {
    guard let subgraph = file.model.subgraphs.first, let outputs = subgraph.outputs,
      outputs.count == quality.outputs.count
    else { return [] }
    return zip(outputs, quality.outputs).compactMap { tensor, row in
      guard tensor >= 0, row.poorest < ReportDocument.Quality.poor else { return nil }
      return subgraph.tensors[Int(tensor)].label
    }
  }

  /// The names of the worst integer tensors that the model has too.
  private func worstInside(_ quality: ReportDocument.Quality) -> [String] {
    let known = Set(file.model.subgraphs.first?.tensors.map(\.label) ?? [])
    let outputs = Set(poorOutputs(quality))
    return quality.worst.lazy.filter { $0.scale != nil }.map(\.name)
      .filter { known.contains($0) && !outputs.contains($0) }
      .prefix(Self.mostKept).map { $0 }
  }

  /// The least SQNR of an output or of a lost column of the candidate.
  private func signal(of candidate: Candidate) throws -> Double {
    var selection = job.selection
    selection.keepFloat += candidate.keepFloat.map(Selection.Rule.init)
    let pipeline = Pipeline(
      job.steps.dropLast() + [candidate.step], options: job.options, selection: selection,
      samples: try job.source(comparison, file))
    let outcome = try pipeline.run(on: file)
    return try outcome.writer.withScratchFile { path in
      let written = try ModelFile(MappedFile(path: path), maxMemory: Int.max)
      var report = job.unwrittenReport(on: file)
      try comparison.compare(
        with: written, path: path, tensors: false, calibratedOn: digests, in: &report)
      return report.quality?.poorest ?? -.infinity
    }
  }
}
