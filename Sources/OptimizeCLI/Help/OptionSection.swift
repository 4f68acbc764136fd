/// The parts in which help shows options, in this order.
enum OptionSection: String, CaseIterable {
  case what = "what to do"
  case samples = "samples"
  case quality = "quality gates"
  case size = "size gates"
  case tensors = "choosing tensors"
  case output = "output"
  case machine = "time and memory"

  /// Options that no section names say what to do.
  private static let names: [(section: OptionSection, options: [Option])] = [
    (
      .samples,
      [
        Options.repData, Options.calibration, Options.maxSamples, Options.skipBad, Options.holdout,
        Options.signature, Options.input, Options.labels, Options.labelNames,
      ] + Options.preparation
    ),
    (.quality, [Options.maxError, Options.minSqnr, Options.minAgreement, Options.maxDrop]),
    (
      .size,
      [
        Options.maxSize, Options.maxDownload, Options.maxRuntime, Options.minSparsity,
        Options.baseline, Options.maxGrowth, Options.requireFull,
      ]
    ),
    (
      .tensors,
      [Options.only, Options.skip, Options.keepFloat, Options.section, Options.runtime]
    ),
    (
      .output,
      [
        Options.output, Options.outputDirectory, Options.format, Options.json, Options.html,
        Options.markdown, Options.savePlan, Options.saveRecipe,
        Options.dryRun, Options.force, Options.allowUnchanged, Options.allowLarger,
        Options.writeOnFail, Options.writeOnInterrupt, Options.quiet, Options.verbose,
      ]
    ),
    (.machine, [Options.time, Options.threads, Options.maxMemory, Options.dropUnknown]),
  ]

  /// Returns a command's options by section, without empty ones; in a section, in the order of the
  /// command's table.
  static func sections(
    of command: Command
  ) -> [(section: OptionSection, options: [Option])] {
    var found: [OptionSection: [Option]] = [:]
    for option in command.options {
      let section = names.first { $0.options.contains { $0.name == option.name } }?.section
      found[section ?? .what, default: []].append(option)
    }
    return allCases.compactMap { section in found[section].map { (section, $0) } }
  }
}
