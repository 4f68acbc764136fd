import Calibration
import TFLite

/// The samples that searches run on, chosen by content: some to search with, others to check what
/// was found.
struct SearchSamples {
  private(set) var fit: [[DenseArray]] = []
  private(set) var check: [[DenseArray]] = []

  static let most = 96
  /// Bytes that the arrays may take.
  private static let room = 16 << 20

  init(_ source: CalibrationSource, digests: [UInt64]) throws {
    var bytes = 0
    for (position, index) in Self.order(source, digests).prefix(Self.most).enumerated() {
      let sample = try source.sample(index)
      bytes += sample.reduce(0) { $0 + $1.bytes.count }
      // Two of three; with a handful of samples all serve both ends.
      if !Self.isForCheck(position) { fit.append(sample) } else { check.append(sample) }
      if bytes > Self.room, position >= 11 { break }
    }
    if check.count < 2 { check = fit }
  }

  /// Whether the sample at a position of `order` checks what others found; two of three do not.
  static func isForCheck(_ position: Int) -> Bool { position < most && position % 3 == 2 }

  /// The samples that are not held out, each content once, in an order that names do not change.
  static func order(_ source: CalibrationSource, _ digests: [UInt64]) -> [Int] {
    var seen: Set<UInt64> = []
    return digests.indices
      .filter { source.split.isForCalibration(digests[$0]) && seen.insert(digests[$0]).inserted }
      .sorted { digests[$0].byteSwapped < digests[$1].byteSwapped }
  }

  var isEmpty: Bool { fit.isEmpty }

  /// The same with fewer samples.
  func limited(to count: Int) -> SearchSamples {
    var copy = self
    copy.fit = Array(fit.prefix(max(1, count * 2 / 3)))
    copy.check = Array(check.prefix(max(1, count / 3)))
    return copy
  }
}
