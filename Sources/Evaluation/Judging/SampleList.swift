import Samples
import TFLite

/// Samples of a source, read when they are asked for.
package struct SampleList: Sendable {
  let source: SampleSource
  let indices: [Int]

  package var count: Int { indices.count }

  /// Throws what reading the sample throws.
  package func sample(_ position: Int) throws -> [DenseArray] {
    try source.sample(indices[position])
  }

  package func prefix(_ count: Int) -> SampleList {
    SampleList(source: source, indices: Array(indices.prefix(count)))
  }
}
