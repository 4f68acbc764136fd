import Foundation
import Optimizer
import Platform
import Report
import TFLite
import Testing

/// Broken inputs, made by seeded mutation of real models, must give a result or an error: no trap, no
/// hang, no flood of memory. The operating system is the judge.
///
/// `OPTIMIZE_MUTATIONS` sets how many (default 2,000), `OPTIMIZE_SEED` the seed, `ZOO` adds the small
/// files of a folder with a `zoo.json`. The input at work stands in `Self.current` until it is done.
@Suite struct MutationTests {
  static let current = NSTemporaryDirectory() + "optimize-mutation-\(getpid()).tflite"

  @Test func mutatedModelsGiveAResultOrAnError() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = Int(environment["OPTIMIZE_MUTATIONS"] ?? "") ?? 2_000
    let seed = UInt64(environment["OPTIMIZE_SEED"] ?? "") ?? 1
    let models = try Self.models(zoo: environment["ZOO"])
    #expect(models.count >= 10)
    let largest = models.map(\.bytes.count).max() ?? 0
    let before = Platform.Process.peakMemory
    var slowest = 0.0
    var outcomes: [String: Int] = [:]
    for index in 0..<count {
      var generator = SplitMix64(state: seed &+ UInt64(index) &* 0x9E37_79B9)
      let model = models[index % models.count]
      var mutation = Mutation(model.bytes)
      mutation.apply(&generator)
      try Data(mutation.bytes).write(to: URL(fileURLWithPath: Self.current))
      let start = Clock.now()
      let outcome = Self.work(on: Self.current, index)
      outcomes[outcome, default: 0] += 1
      let seconds = Clock.now() - start
      if seconds > 2 {
        let kept = Self.current + ".slow-\(index)"
        try? FileManager.default.copyItem(atPath: Self.current, toPath: kept)
        Issue.record("\(model.name), mutation \(index), took \(seconds) s: \(kept)")
      }
      slowest = max(slowest, seconds)
    }
    try? FileManager.default.removeItem(atPath: Self.current)
    let grown = Platform.Process.peakMemory - before
    print("\(count) mutations, seed \(seed): \(outcomes.sorted { $0.key < $1.key })")
    print(
      "slowest \(slowest) s, peak memory \(before / 1_000_000) MB before, "
        + "\((before + grown) / 1_000_000) MB after")
    #expect(outcomes["read", default: 0] > 0)
    #expect(outcomes["refused", default: 0] > 0)
    // AddressSanitizer keeps freed memory for a while, so its build has no such limit.
    if environment["OPTIMIZE_MUTATIONS_NO_MEMORY_LIMIT"] == nil {
      #expect(grown <= 64 << 20 + 4 * largest)
    }
  }

  /// Reads, inspects, and runs one of the steps; "read" when at least reading succeeded.
  private static func work(on path: String, _ index: Int) -> String {
    do {
      let file = try ModelFile(MappedFile(path: path))
      _ = try Inspection(file, path: path).json.text
      let steps: [Step] = [
        .rewrite, .quantize(.init(mode: .float16)), .quantize(.init(mode: .dynamic)),
      ]
      try run(steps[index % steps.count], on: file)
      return "read"
    } catch is ModelFault {
      return "refused"
    } catch is OptimizerFault {
      return "refused"
    } catch {
      Issue.record("unexpected \(error)")
      return "unexpected"
    }
  }

  private static func run(_ step: Step, on file: ModelFile) throws {
    let outcome = try Pipeline([step], options: RunOptions()).run(on: file)
    guard outcome.isChanged else { return }
    let output = current + ".out"
    try Emission.write(outcome.writer, to: output, replacing: true) { _ in true }
    let map = try MappedFile(path: output)
    unlink(output)
    var report = ReportDocument(
      toolVersion: "", command: [], input: .init(path: "", bytes: 0),
      minRuntime: .init(before: nil, after: nil))
    ReportBuilder(before: file.model, after: outcome.model, context: outcome.context)
      .fill(&report)
    try report.addCompressibility(
      before: file, after: ModelFile(map), Measurement(level: 6, threads: 1))
  }

  private static func models(zoo: String?) throws -> [(name: String, bytes: [UInt8])] {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/Models").standardized
    var files: [URL] = []
    for folder in [fixtures] + (zoo.map { [URL(fileURLWithPath: $0 + "/models")] } ?? []) {
      let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      files += (found?.allObjects as? [URL] ?? []).sorted { $0.path < $1.path }
    }
    return try files.compactMap { url in
      let size = try url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      guard size.isRegularFile == true, let bytes = size.fileSize, (8..<64_000).contains(bytes)
      else { return nil }
      return (url.lastPathComponent, [UInt8](try Data(contentsOf: url)))
    }
  }
}
