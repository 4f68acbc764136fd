import Evaluation
import Samples
import TFLite

/// The samples to train on, and those that judge: those that the user chose, or held-out ones, where there are
/// some, since those that checked earlier choices speak for these.
struct TrainingSamples {
  let source: SampleSource
  let order: [Int]
  /// Where the samples that judge are: among the others, or in a folder of their own.
  let checkSource: SampleSource
  let check: [Int]

  /// The most samples of the user's choice that judge: as many judge a thousand times in a run.
  private static let most = 1024

  /// `samples` fit the model.
  init(_ samples: CalibrationSource, _ options: TrainingOptions, threads: Int) throws {
    let source = samples.samples
    self.source = source
    let all = try source.order(threads: threads)
    if let own = samples.validation {
      checkSource = own
      check = Array(try own.order(threads: threads).prefix(Self.most))
      let known = Set(try check.map(own.digest))
      order = try all.filter { !known.contains(try source.digest($0)) }
      return
    }
    checkSource = source
    let heldOut = try source.heldOut(threads: threads)
    guard case .share(let share) = options.validation else {
      let found = heldOut.isEmpty ? SearchSamples.split(all) : (all, heldOut)
      order = found.0
      check = Array(found.1.prefix(SearchSamples.most))
      return
    }
    // Held-out samples are never trained on: the report speaks of them.
    let split = SampleSplit(holdout: share)
    func isTrained(_ index: Int) throws -> Bool { split.isForCalibration(try source.digest(index)) }
    order = try all.filter(isTrained)
    check = Array(try (heldOut + all).filter { try !isTrained($0) }.prefix(Self.most))
  }

  /// The class of each sample that judges; nil where these have no labels.
  var checkClasses: [Int]? {
    checkSource.classes.map { classes in check.map { classes[$0] } }
  }

  func checkArrays() throws -> [[DenseArray]] { try check.map(checkSource.sample) }
}

extension CalibrationSource {
  /// Returns the same samples for `model`, which passes made of the one that came in.
  func fitting(_ model: Model, in job: Job) -> CalibrationSource {
    var copy = self
    let key = job.options.signature
    copy.samples = samples.fitting(model, from: job.file.model, signature: key)
    copy.validation = validation?.fitting(model, from: job.file.model, signature: key)
    return copy
  }
}
