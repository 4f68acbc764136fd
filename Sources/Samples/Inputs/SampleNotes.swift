import Platform
import TFLite

/// What was done to files while they were read, beyond what the input's preparation says of all.
/// Threads that read samples share it.
final class SampleNotes: Sendable {
  enum Note: Hashable, Sendable {
    /// An image that was stored turned or mirrored.
    case turned
    /// Sound, in values a second.
    case resampled(from: Int, to: Int)
    /// Sound for a model whose rate is not known, in values a second.
    case unknownRate(Int)
    /// An integer array for a float input.
    case cast(TensorType)
  }

  /// Hashes of the names of the files, so that one that is read twice counts once.
  private let files = Mutex<[Note: Set<Int>]>([:])

  func add(_ note: Note, _ source: String) {
    files.withLock { _ = $0[note, default: []].insert(source.hashValue) }
  }

  /// For a note that does not count files.
  func add(_ note: Note) { add(note, "") }

  private func counts<Key: Comparable>(
    _ key: (Note) -> Key?
  ) -> [(key: Key, note: Note, count: Int)] {
    let counts = files.withLock { $0.mapValues(\.count) }
    return counts.compactMap { note, count in key(note).map { ($0, note, count) } }
      .sorted { $0.0 < $1.0 }
  }

  /// Sentences about the files that were read, for the report.
  func sentences(of input: String) -> [String] {
    var sentences: [String] = []
    for (_, _, count) in counts({ $0 == .turned ? 0 : nil }) {
      sentences.append(
        count == 1
          ? "1 image was turned upright as its EXIF data say"
          : "\(count) images were turned upright as their EXIF data say")
    }
    for (_, note, count) in counts({ if case .resampled(let rate, _) = $0 { rate } else { nil } }) {
      guard case .resampled(let rate, let target) = note else { continue }
      let what = count == 1 ? "1 sound of \(rate) Hz was" : "\(count) sounds of \(rate) Hz were"
      sentences.append("\(what) resampled to \(target) Hz")
    }
    for (type, _, _) in counts({ if case .cast(let type) = $0 { "\(type)" } else { nil } }) {
      sentences.append(
        "arrays of \(type) became floats with the same values; mean and std are for images and sound"
      )
    }
    return sentences.map { "input '\(input)': \($0)" }
  }

  /// Sentences about what may be wrong with the files that were read.
  func warnings(of input: String) -> [String] {
    let rates = counts { if case .unknownRate(let rate) = $0 { rate } else { nil } }.map(\.key)
    guard let last = rates.last else { return [] }
    let first = rates.dropLast().map { "\($0)" }.joined(separator: ", ")
    let list = first.isEmpty ? "\(last)" : "\(first) and \(last)"
    return [
      "input '\(input)': sound of \(list) Hz was taken as it is, since the model's metadata give no "
        + "rate; --rate HZ resamples it"
    ]
  }
}
