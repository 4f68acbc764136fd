import Evaluation
import Optimizer
import Targets

/// Steps that `auto` tries.
struct AutoCandidate {
  /// Words of `optimize pipeline`.
  let steps: [String]
  /// About how long it takes, in parts of `quantize:mode=int8`; measured on the digit classifier of
  /// the fixtures.
  let effort: Double

  /// The same steps with less searching, for models that the time is too short for; nil for other
  /// candidates than one form for all.
  var quick: AutoCandidate? {
    guard steps.count == 1,
      ["dynamic", "int8", "int16x8"].contains(where: { steps[0] == "quantize:mode=\($0)" })
    else { return nil }
    return AutoCandidate("\(steps[0]),effort=1", effort: effort / 4)
  }

  init(_ steps: String..., effort: Double) { self.init(steps, effort: effort) }

  private init(_ steps: [String], effort: Double) {
    self.steps = steps
    self.effort = effort
  }

  /// Returns the same with the forms of a target.
  func aimed(at target: Target?) -> AutoCandidate {
    guard let target else { return self }
    let aimed = steps.map { $0.hasPrefix("quantize:") ? "\($0),target=\(target.name)" : $0 }
    return AutoCandidate(aimed, effort: effort)
  }

  /// One answer in a hundred is the least change that the report marks.
  static let leastAgreement = 0.99
  /// Downloads that differ by less are equal: int8 and dynamic of MobileNetV1 0.75 by 1.3 %, and the
  /// integers of all activations make it four times as fast.
  static let equalDownload = 1.02
  /// Where the search for zeros ends; what it finds is judged like all else.
  static let mostZeros = 0.95
  /// Enough to find a share of zeros to two digits.
  static let tuningSteps = 7

  /// The candidates in the order in which they are tried: first those that change weights alone, which take
  /// least on large models, so that these have some in any time.
  static func all(hasSamples: Bool, download: Int? = nil) -> [AutoCandidate] {
    let stored = [
      AutoCandidate("quantize:mode=dynamic", effort: 1),
      AutoCandidate("quantize:mode=dynamic,weights-only=true", effort: 0.5),
      AutoCandidate("quantize:mode=float16", effort: 0.2),
    ]
    let narrow = [
      AutoCandidate("quantize:mode=dynamic,weights=int4", effort: 3),
      AutoCandidate("quantize:mode=dynamic,weights=int4,block=32", effort: 3),
    ]
    guard hasSamples else {
      return stored + narrow + [
        AutoCandidate("cluster:clusters=32", "quantize:mode=dynamic", effort: 2),
        .pruned(0.5, hasSamples: false),
      ]
    }
    let budgeted = download.map {
      [AutoCandidate("quantize:mode=int8,download=\($0)", effort: 3)]
    }
    return stored + [
      AutoCandidate("quantize:mode=int8", effort: 1),
      AutoCandidate("quantize:mode=int16x8", effort: 1),
    ] + narrow + (budgeted ?? []) + [
      AutoCandidate("quantize:mode=int8,weights=int4", effort: 3),
      AutoCandidate("cluster:clusters=32", "quantize:mode=int8", effort: 2),
      AutoCandidate("cluster:clusters=16,shared-codebook=true", "quantize:mode=int8", effort: 2),
      AutoCandidate("finetune:steps=600", "quantize:mode=int8,weights=int4", effort: 10),
      .pruned(0.5, hasSamples: true),
      AutoCandidate(
        "prune:sparsity=0.5", "cluster:clusters=16,preserve-zero=true", "quantize:mode=int8",
        effort: 30),
    ]
  }

  /// Returns zeros before integers; with samples the kept weights are solved and trained for.
  static func pruned(_ zeros: Double, hasSamples: Bool) -> AutoCandidate {
    hasSamples
      ? AutoCandidate("prune:sparsity=\(zeros)", "quantize:mode=int8", effort: 30)
      : AutoCandidate("prune:sparsity=\(zeros)", "quantize:mode=dynamic", effort: 2)
  }
}
