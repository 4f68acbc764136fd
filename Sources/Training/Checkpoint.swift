import Platform
import Samples
import TFLite

/// The state of training in a file: written whole or not at all, and taken up again to the same bytes
/// as if training had not stopped.
struct Checkpoint {
  private let path: String
  private let digest: UInt64

  private static let magic: [UInt8] = Array("OPTTRN03".utf8)
  /// The bytes of the numbers behind it.
  private static let head = 32

  /// `states` are those before the first step: a file of another start is refused.
  init(
    path: String, of states: [AdaptedValues], probes: [Trainer.Probe], schedule: Trainer.Schedule,
    samples: SampleSource, order: [Int]
  ) throws {
    self.path = path
    var numbers: [UInt64] = [
      UInt64(schedule.steps), UInt64(schedule.batch), UInt64(schedule.rate.bitPattern),
      schedule.seed, schedule.labelShare.bitPattern,
    ]
    let names = [schedule.rule.rawValue] + schedule.augmentations.map(\.rawValue)
    for index in order {
      numbers.append(try samples.digest(index))
      numbers.append(UInt64(bitPattern: Int64(samples.classes?[index] ?? -1)))
    }
    var parts = [Self.array(numbers.withUnsafeBytes { Array($0) })]
    parts.append(Self.array(Array(names.joined(separator: " ").utf8)))
    for probe in probes {
      parts.append(Self.array(Array("\(probe.id) \(probe.share) \(probe.goal)".utf8)))
    }
    for state in states { parts.append(Self.array(state.snapshot)) }
    digest = SampleDigest.of(parts)
  }

  private static func array(_ bytes: [UInt8]) -> DenseArray {
    DenseArray(.uint8, shape: [bytes.count], bytes: bytes)
  }

  func write(_ progress: TrainingProgress, _ states: [AdaptedValues]) throws {
    let file = try OutputFile(path: path)
    let head = [
      digest, UInt64(progress.step), UInt64(progress.steps), UInt64(progress.checks.count),
    ]
    let checks = progress.checks.flatMap { check -> [UInt64] in
      [UInt64(check.step), check.error.bitPattern, check.isAveraged ? 1 : 0]
    }
    try Self.magic.withUnsafeBytes { try file.write($0) }
    try head.withUnsafeBytes { try file.write($0) }
    try checks.withUnsafeBytes { try file.write($0) }
    try progress.losses.withUnsafeBytes { try file.write($0) }
    for state in states { try state.snapshot.withUnsafeBytes { try file.write($0) } }
    try file.commit(replacing: true)
  }

  /// Does nothing where the file is not there yet.
  func restore(_ progress: inout TrainingProgress, _ states: [AdaptedValues]) throws {
    guard FileSystem.exists(path) else { return }
    let file = try MappedFile(path: path)
    let fault = TrainingFault.otherCheckpoint(path: path)
    let sizes = states.map(\.snapshotBytes)
    let start = Self.magic.count
    guard file.bytes.count >= start + Self.head, file.bytes.prefix(start).elementsEqual(Self.magic)
    else {
      throw fault
    }
    func word(_ index: Int) -> UInt64 {
      file.bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self)
    }
    let (step, steps) = (Int(truncatingIfNeeded: word(1)), Int(truncatingIfNeeded: word(2)))
    let checks = Int(truncatingIfNeeded: word(3))
    guard word(0) == digest, step > 0, steps >= step, steps <= progress.steps,
      (0...step).contains(checks),
      file.bytes.count == start + Self.head + 24 * checks + 4 * step + sizes.reduce(0, +)
    else { throw fault }
    (progress.step, progress.steps) = (step, steps)
    progress.checks = (0..<checks).map { index in
      let place = 4 + 3 * index
      return CheckedStep(
        step: Int(truncatingIfNeeded: word(place)), error: Double(bitPattern: word(place + 1)),
        isAveraged: word(place + 2) == 1)
    }
    var offset = start + Self.head + 24 * checks
    progress.losses = (0..<step).map {
      file.bytes.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Float.self)
    }
    offset += 4 * step
    for (state, size) in zip(states, sizes) {
      state.restore(UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + size]))
      offset += size
    }
  }
}
