import Platform
import Samples
import TFLite

/// The samples of searches, chosen by content: some to search with, others to check the result.
package struct SearchSamples {
  package private(set) var fit: [[DenseArray]] = []
  package private(set) var check: [[DenseArray]] = []
  private let source: SampleSource
  /// Of the source: all that do not check, those of `fit` first.
  private let fitting: [Int]

  /// The most samples; two of three are for searching. With half of them the error on held-out
  /// samples was 28 % greater in the geometric mean of four small models, for 13 % less time.
  package static let most = SearchLimit.of("SearchSamples.most", 96)
  /// The bytes that the arrays may take, and the float model's results.
  package static let room = SearchLimit.of("SearchSamples.room", 16_777_216)
  /// This many samples are taken even if they exceed `room`.
  package static let least = SearchLimit.of("SearchSamples.least", 12)

  /// Throws what reading a sample throws.
  package init(_ source: SampleSource, threads: Int) throws {
    var bytes = 0
    let order = try source.order(threads: threads)
    (self.source, fitting) = (source, Self.split(order).fit)
    for (position, index) in order.prefix(Self.most).enumerated() {
      let sample = try source.sample(index)
      bytes += sample.reduce(0) { $0 + $1.bytes.count }
      // Two of three samples are for fitting; a handful of samples serves both purposes.
      if !Self.isForCheck(position) { fit.append(sample) } else { check.append(sample) }
      if bytes > Self.room, position + 1 >= Self.least { break }
    }
    if check.count < 2 { check = fit }
  }

  /// Whether the sample at a position of `order` checks results; two of three do not.
  private static func isForCheck(_ position: Int) -> Bool { position < most && position % 3 == 2 }

  /// Divides samples in the source's order into those to make something from and those that check it.
  package static func split(_ order: [Int]) -> (fit: [Int], check: [Int]) {
    func samples(forCheck isWanted: Bool) -> [Int] {
      order.indices.filter { isForCheck($0) == isWanted }.map { order[$0] }
    }
    return (samples(forCheck: false), samples(forCheck: true))
  }

  package var isEmpty: Bool { fit.isEmpty }

  /// Returns the samples for fitting, and further ones that do not check, up to `most` together.
  package func fit(most: Int) -> SampleList {
    SampleList(source: source, indices: Array(fitting.prefix(max(fit.count, most))))
  }

  /// Returns the same with fewer samples.
  package func limited(to count: Int) -> SearchSamples {
    var copy = self
    copy.fit = Array(fit.prefix(max(1, count * 2 / 3)))
    copy.check = Array(check.prefix(max(1, count / 3)))
    return copy
  }
}
