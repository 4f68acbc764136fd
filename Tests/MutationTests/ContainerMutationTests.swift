import Foundation
import Optimizer
import Pipelines
import Platform
import Report
import TFLite
import TestSupport
import Testing

/// Broken containers must be refused or written whole: never trap, hang, or lose a byte of a section that
/// was not changed. `Emission` reads what it wrote; `OPTIMIZE_MUTATIONS` and `OPTIMIZE_SEED` as for models.
@Suite(.serialized) struct ContainerMutationTests {
  private struct Tally {
    var refused = 0
    var unfit = 0
    var written = 0
    var slowest = (seconds: 0.0, seed: UInt64(0))
  }

  private static let folders = ["Containers", "Malformed"]

  private static func bases() throws -> [(name: String, bytes: [UInt8])] {
    try folders.flatMap { folder -> [(name: String, bytes: [UInt8])] in
      let path = "\(Fixtures.root)/\(folder)"
      return try FileSystem.names(in: path)
        .filter { $0.hasSuffix(".task") || $0.hasSuffix(".litertlm") }
        .map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")))) }
        .filter { folder == "Containers" || $0.1.count < 4096 }
    }
  }

  @Test func `No mutated container traps, hangs or loses a section`() throws {
    let bases = try Self.bases()
    let subject = try Subject(named: "input.container")
    defer { subject.removeFiles() }
    var tally = Tally()
    let count = MutationTests.environment["OPTIMIZE_MUTATIONS"].flatMap(Int.init) ?? 1000
    for number in 0..<UInt64(count) {
      let seed = MutationTests.seed &+ number
      var generator = Generator(state: seed &* 0x1234_5678_9ABC_DEF1)
      let base = bases[generator.below(bases.count)]
      var bytes = base.bytes
      Self.mutate(&bytes, &generator)
      try subject.save(bytes)
      let start = Clock.now()
      do {
        let isWritten = try run(subject, seed)
        tally.written += isWritten ? 1 : 0
        tally.unfit += isWritten ? 0 : 1
      } catch is ContainerFault {
        tally.refused += 1
      } catch {
        let kept = try subject.keep(base.name, seed)
        Issue.record("\(base.name), seed \(seed), kept as \(kept): \(error)")
      }
      let seconds = Clock.now() - start
      if seconds > tally.slowest.seconds { tally.slowest = (seconds, seed) }
      if seconds > 2 { Issue.record("\(base.name), seed \(seed): took \(seconds) s") }
    }
    print(
      "container mutations: \(count) of \(bases.count) files, \(tally.refused) refused, "
        + "\(tally.unfit) unfit, \(tally.written) written; slowest "
        + "\(Int(tally.slowest.seconds * 1000)) ms (seed \(tally.slowest.seed))")
    #expect(tally.refused > 0 && tally.unfit > 0 && tally.written > 0)
  }

  /// Most bytes are models' and padding, so most mutations are aimed at headers and directories.
  private static func mutate(_ bytes: inout [UInt8], _ generator: inout Generator) {
    guard generator.below(5) > 0 else { return Mutation.apply(to: &bytes, &generator) }
    var window = 0..<min(bytes.count, 1024)
    if bytes.starts(with: "LITERTLM".utf8) == false, generator.below(2) == 0 {
      window = max(0, bytes.count - 400)..<bytes.count
    }
    var part = Array(bytes[window])
    Mutation.apply(to: &part, &generator)
    bytes.replaceSubrange(window, with: part)
  }

  /// Whether a container was written.
  private func run(_ subject: Subject, _ seed: UInt64) throws -> Bool {
    guard let container = try Container(openMap(subject.input)) else { return false }
    var writers: [[Int]: ModelWriter] = [:]
    do {
      _ = try ContainerInspection(container, path: "input") { try ModelFile($0) }.text
      for model in container.models {
        let steps: [any Step] = seed % 2 == 0 ? [.rewrite] : [QuantizeStep(mode: .dynamic)]
        let outcome = try Pipeline(steps, options: RunOptions()).run(on: ModelFile(model.file))
        if outcome.isChanged { writers[model.path] = outcome.writer }
      }
    } catch is ModelFault {
      return false
    } catch is OptimizerFault {
      return false
    }
    let writer = try ContainerWriter(container, writers, threads: Int(seed % 2) + 1)
    let output = subject.folder.appending(path: "output").path
    try Emission.write(writer, to: output, replacing: true, threads: 1) { _ in true }
    let written = try #require(try Container(openMap(output)))
    #expect(Self.kept(container, written, writers.keys.map { $0 }))
    return true
  }

  /// Whether all sections but those of changed models have the same bytes.
  private static func kept(_ old: Container, _ new: Container, _ changed: [[Int]]) -> Bool {
    guard old.sections.count == new.sections.count else { return false }
    return zip(old.sections, new.sections).enumerated().allSatisfy { index, pair in
      let inner = changed.filter { $0.first == index }.map { Array($0.dropFirst()) }
      if inner.contains([]) { return true }
      if case (.container(let a), .container(let b)) = (pair.0.content, pair.1.content) {
        return kept(a, b, inner)
      }
      return old.file.bytes[pair.0.range].elementsEqual(new.file.bytes[pair.1.range])
    }
  }
}
