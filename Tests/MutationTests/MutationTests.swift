import Foundation
import Optimizer
import Platform
import Report
import TFLite
import Testing

/// Broken files must be refused or handled, never trap, hang or take memory without bound: the
/// process itself is the judge, and `Emission`, which reads what it wrote, of every file that passes.
///
/// `OPTIMIZE_MUTATIONS` says how many, `OPTIMIZE_SEED` from which seed on, `ZOO` names a folder whose
/// small models are mutated too. After a trap the input is in the temporary folder, by the name that
/// the run prints first.
@Suite(.serialized) struct MutationTests {
  static let environment = ProcessInfo.processInfo.environment
  static let count = environment["OPTIMIZE_MUTATIONS"].flatMap(Int.init) ?? 3000
  static let seed = environment["OPTIMIZE_SEED"].flatMap(UInt64.init) ?? 1

  /// What happened to all inputs.
  private struct Tally {
    var refused = 0
    var unfit = 0
    var written = 0
    var slowest = (seconds: 0.0, seed: UInt64(0))
    var largest = 0
  }

  @Test func `No mutated file traps, hangs or takes memory without bound`() throws {
    let bases = try Bases.load(zoo: Self.environment["ZOO"])
    let subject = try Subject()
    defer { subject.removeFiles() }
    var tally = Tally()
    let start = Memory.peak
    for number in 0..<UInt64(Self.count) {
      let seed = Self.seed &+ number
      var generator = Generator(state: seed &* 0x1234_5678_9ABC_DEF1)
      let base = bases[generator.below(bases.count)]
      var bytes = base.bytes
      Mutation.apply(to: &bytes, &generator)
      try run(bytes, base.name, seed, subject, &tally)
    }
    let growth = Memory.peak - start
    print(
      "mutations: \(Self.count) of \(bases.count) files, \(tally.refused) unreadable, "
        + "\(tally.unfit) unfit for a step, \(tally.written) written; "
        + "slowest \(Int(tally.slowest.seconds * 1000)) ms (seed \(tally.slowest.seed)); "
        + "memory peaked at \(Memory.peak >> 20) MB and grew by \(growth >> 20) MB")
    #expect(tally.refused > 0 && tally.unfit > 0 && tally.written > 0)
    // Leak checkers keep freed memory, so their figures say nothing; and without `--filter` other
    // suites take memory at the same time.
    let isAlone = CommandLine.arguments.contains("--filter")
    let limit = (isAlone ? 64 << 20 : 512 << 20) + 4 * tally.largest
    if !Memory.isChecked { #expect(growth <= limit) }
  }

  private func run(
    _ bytes: [UInt8], _ name: String, _ seed: UInt64, _ subject: Subject, _ tally: inout Tally
  ) throws {
    try subject.save(bytes)
    tally.largest = max(tally.largest, bytes.count)
    let start = Clock.now()
    do {
      let outcome = try subject.run(seed)
      tally.unfit += outcome.unfit
      tally.written += outcome.written
    } catch is ModelFault {
      tally.refused += 1
    } catch {
      let kept = try subject.keep(name, seed)
      Issue.record("\(name), seed \(seed), kept as \(kept): \(error)")
    }
    let seconds = Clock.now() - start
    if seconds > tally.slowest.seconds { tally.slowest = (seconds, seed) }
    guard seconds > 2 else { return }
    let kept = try subject.keep(name, seed)
    Issue.record("\(name), seed \(seed), kept as \(kept): took \(seconds) s")
  }
}
