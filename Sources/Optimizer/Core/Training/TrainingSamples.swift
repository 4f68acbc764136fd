import Evaluation
import Samples

/// The samples to train on, and those that judge: held-out ones, where there are some, since those that
/// checked earlier choices speak for these.
struct TrainingSamples {
  let source: SampleSource
  let order: [Int]
  let check: [Int]

  init(_ source: SampleSource, threads: Int) throws {
    self.source = source
    let all = try source.order(threads: threads)
    let heldOut = try source.heldOut(threads: threads)
    let found = heldOut.isEmpty ? SearchSamples.split(all) : (all, heldOut)
    order = found.0
    check = Array(found.1.prefix(SearchSamples.most))
  }
}
