import OpSet
import TFLite

/// A constant that may become integers, and the encoding it would have, before its values are read.
struct WeightCandidate: @unchecked Sendable {
  let constant: FloatConstant
  let form: WeightForm
  /// Uses that read the integers themselves, and uses that need DEQUANTIZE.
  var direct: [FloatConstant.Use]
  var decoded: [FloatConstant.Use]
  /// Why it has more bits than asked for, or no blocks; nil if it has what was asked for.
  var wider: Reason?
  /// What is worse than without a limit of the runtime.
  private(set) var concession: Concession?

  enum Concession { case coarser, decoded, wider }

  init(
    _ constant: FloatConstant, _ form: WeightForm, direct: [FloatConstant.Use],
    decoded: [FloatConstant.Use], wider: Reason? = nil
  ) {
    self.wider = wider
    self.constant = constant
    self.form = form
    self.direct = direct
    self.decoded = decoded
  }

  private var subgraph: Int { constant.id.subgraph }

  /// Returns why the runtime has no kernel for the use, or nil.
  private func refusal(_ use: FloatConstant.Use, _ model: Model, _ job: Job) -> Reason? {
    guard job.options.runtime != nil else { return nil }
    let asymmetric = refusal(use, isAsymmetric: true, model, job)
    return asymmetric == nil ? nil : refusal(use, isAsymmetric: false, model, job)
  }

  private func refusal(
    _ use: FloatConstant.Use, isAsymmetric: Bool, _ model: Model, _ job: Job
  ) -> Reason? {
    job.options.refusal(
      of: use.signature(form, isAsymmetric: isAsymmetric, in: model, subgraph: subgraph))
  }

  /// Returns the direct uses that the runtime has no kernel for with an input zero point.
  func symmetricUses(_ model: Model, _ job: Job) -> Set<OperatorPlace> {
    guard job.options.runtime != nil else { return [] }
    return Set(
      direct.filter { use in
        use.spec?.hybrid?.asymmetricKey != nil
          && refusal(use, isAsymmetric: true, model, job) != nil
      }.map { OperatorPlace(subgraph: subgraph, index: $0.place.operation) })
  }

  /// Returns the candidate with what it gives up because the runtime refuses a better one.
  private func conceded(_ reason: Reason, instead best: Self) -> Self {
    var copy = self
    if form.bits != best.form.bits || form.block != best.form.block {
      copy.concession = .wider
      copy.wider = wider ?? reason
    } else if form != best.form {
      copy.concession = .coarser
    }
    return copy
  }

  /// Returns the first candidate with kernels in the runtime. If none has, returns the first whose
  /// constant can stand behind DEQUANTIZE for the operators that have none, or else the reason. The
  /// candidates are forms of one constant, the best first.
  static func admitted(
    _ candidates: [Self], _ model: Model, _ job: Job, pays: (Self) -> Bool
  ) -> Result<Self, Refusal> {
    var reason = Reason.isNotSmallerInInt8
    for (index, candidate) in candidates.enumerated() {
      let refusals = candidate.direct.compactMap { candidate.refusal($0, model, job) }
      if let first = refusals.first {
        if index == 0 { reason = first }
      } else if candidate.decoded.isEmpty || job.options.refusalOfDequantize(candidate.form) == nil
      {
        return .success(candidate.conceded(reason, instead: candidates[0]))
      }
    }
    for candidate in candidates where candidate.form.block == nil {
      if let refusal = job.options.refusalOfDequantize(candidate.form) {
        if candidate.direct.isEmpty { reason = refusal }
        continue
      }
      var split = candidate.conceded(reason, instead: candidates[0])
      split.decoded += candidate.direct.filter { candidate.refusal($0, model, job) != nil }
      split.direct = candidate.direct.filter { candidate.refusal($0, model, job) == nil }
      split.concession = .decoded
      if pays(split) { return .success(split) }
    }
    return .failure(Refusal(reason))
  }
}

extension RuntimeConcessions {
  mutating func add(_ candidate: WeightCandidate) {
    switch candidate.concession {
    case .coarser: coarser.append(candidate.constant.tensor.label)
    case .decoded: decoded.append(candidate.constant.tensor.label)
    case .wider: wider.append(candidate.constant.tensor.label)
    case nil: break
    }
  }
}
