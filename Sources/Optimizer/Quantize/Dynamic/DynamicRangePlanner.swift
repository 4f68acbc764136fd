import OpSet
import Platform
import TFLite

/// Decides which constants become integers. It changes nothing.
struct DynamicRangePlanner {
  let weightsOnly: Bool
  let request: WeightRequest
  let constants: [FloatConstant]
  /// Weights that keep eight bits, and why.
  var wide: [TensorID: Reason] = [:]
  let given: GivenPlan?
  /// Whether weights need only be smaller than floats, not than what the file has: training is to change them.
  var replacesStored = false
  /// Tensors with what comes into the model.
  private let outside: Set<TensorID>
  /// Operators whose hybrid kernel is slower than the float one.
  private let slow: Set<OperatorPlace>
  /// The number of weights by number of channels.
  let peers: [Int: Int]
  private(set) var weights: [PlannedWeight] = []
  /// What weights gave up because of the runtime.
  private(set) var concessions = RuntimeConcessions()
  private(set) var reasons: [TensorID: Reason] = [:]

  init(
    _ model: Model, weightsOnly: Bool, request: WeightRequest, constants: [FloatConstant],
    given: GivenPlan? = nil
  ) {
    self.request = request
    self.given = given
    self.weightsOnly = weightsOnly
    self.constants = constants
    slow = model.slowHybrids(reading: constants)
    outside = request.bits == .eight && given == nil ? [] : model.outsideTensors
    peers = Dictionary(
      constants.compactMap { constant in
        let axis = constant.uses.lazy.compactMap { use -> Int? in
          use.spec?.hybrid?.axis ?? use.role?.channelAxis(rank: constant.tensor.rank)
        }.first
        let shape = constant.tensor.shape ?? []
        guard let axis, shape.indices.contains(axis),
          constant.elements >= DynamicRange.leastElements
        else { return nil }
        return (Int(shape[axis]), 1)
      }, uniquingKeysWith: +)
  }

  mutating func plan(_ model: Model, _ job: Job) throws {
    var candidates: [WeightCandidate] = []
    for constant in constants {
      switch candidate(for: constant, wanted(constant), model, job) {
      case .success(var candidate):
        candidate.wider = wide[constant.id] ?? candidate.wider
        candidates.append(candidate)
      case .failure(let refusal): reasons[constant.id] = refusal.reason
      }
    }
    widenShared(&candidates, model, job)
    let incomplete = refuseIncomplete(candidates.map(\.constant))
    candidates.removeAll { incomplete.contains($0.constant.id) }
    let layouts = candidates.map { ($0.constant.id, $0.form.layout) }
    let different = FloatConstant.sharingDifferently(constants, layouts, in: model)
    candidates.removeAll { different[$0.constant.id] != nil }
    reasons.merge(different) { $1 }
    var measured = try extents(of: candidates, model, job)
    try replaceBlocks(of: &candidates, &measured, model, job)
    for (candidate, extents) in zip(candidates, measured) {
      let id = candidate.constant.id
      guard let extents else {
        reasons[id] = .isNotFinite
        continue
      }
      let encoding = WeightEncoding(
        candidate.form.bits, candidate.form.layout, axis: candidate.form.axis,
        magnitudes: extents.magnitudes,
        levels: candidate.form.bits == .eight
          ? job.findings[ClusterResult.self]?.weights[id]?.levels : nil,
        block: candidate.form.block
      ).floored(.ofTensor)
      // For zeros that were already in the file, neither their cost nor any retraining is known.
      let planned = given?.plan.weights[id]?.greatest
      let greatest =
        try candidate.form.bits != .eight
        ? nil
        : planned
          ?? job.pruningError(of: id).flatMap { pruning in
            try job.sparseSpread(of: id, encoding, in: model)?.greatest(afterPruning: pruning)
          }
      weights.append(
        try PlannedWeight(
          candidate, encoding.widened(to: greatest), laneSums: extents.laneSums,
          isBalanced: !readsOutside(candidate.constant), in: model, job))
      concessions.add(candidate)
    }
    // Reading the values may have refused a weight that an operator needs.
    let lacking = refuseIncomplete(weights.map(\.constant))
    weights.removeAll { lacking.contains($0.constant.id) }
  }

  /// Whether an operator multiplies the constant by what comes into the model.
  private func readsOutside(_ constant: FloatConstant) -> Bool {
    constant.uses.contains { use in
      (use.entry.inputs ?? []).contains { outside.contains(TensorID(constant.id.subgraph, $0)) }
    }
  }

  /// Returns the candidate in the first form of `wanted` that its readers take.
  func candidate(
    for constant: FloatConstant, _ wanted: WeightRequest, _ model: Model, _ job: Job
  ) -> Result<WeightCandidate, Refusal> {
    if let reason = job.exclusion(of: constant, in: model) { return .failure(Refusal(reason)) }
    if let reason = planned(constant) { return .failure(Refusal(reason)) }
    let readers = constant.uses.filter { $0.readsInt8(in: model, constant) }
    // A lookup table is computed in float with either encoding.
    let direct = readers.filter { use in
      !keepsFloats(use, constant) || use.spec?.hybrid?.isLookup == true
    }
    let isWeight =
      !readers.isEmpty
      || constant.uses.contains { $0.role?.isWeight == true && $0.isFloat(model, constant) }
    let isDecoded = constant.uses.contains { keepsFloats($0, constant) }
    guard !direct.isEmpty || (isDecoded && isWeight) else {
      return .failure(Refusal(constant.reasonOfRole))
    }
    if constant.isOutput { return .failure(Refusal(.isOutput)) }
    if let reason = constant.constantOnlyUse { return .failure(Refusal(reason)) }
    let isPartOfWhole = direct.contains { $0.spec?.hybrid?.allOrNothing == true }
    guard constant.elements >= DynamicRange.leastElements || isPartOfWhole else {
      return .failure(
        Refusal(.hasFewElements(constant.elements, least: DynamicRange.leastElements)))
    }
    let decoded = constant.uses.filter { use in !direct.contains { $0.place == use.place } }
    return form(of: constant, wanted, direct, decoded, model, job)
  }

  /// Returns a reason if the plan requires another form for an operator that reads the constant.
  private func planned(_ constant: FloatConstant) -> Reason? {
    constant.uses.lazy.compactMap { use -> Reason? in
      let key = use.entry.planKey(in: constant.id.subgraph)
      guard given?.refusal(of: key, .weightsOnly) != nil else { return nil }
      return given?.refusal(of: key, .dynamic)
    }.first
  }

  /// Whether the operator reads int8 weights behind DEQUANTIZE although it may have a kernel for
  /// them: because of the mode, of the plan, or since that kernel is slow.
  private func keepsFloats(_ use: FloatConstant.Use, _ constant: FloatConstant) -> Bool {
    storesOnly(use, constant) || isKeptFromKernel(use, constant)
  }

  /// Whether the mode or the plan wants the weights of the operator behind DEQUANTIZE.
  private func storesOnly(_ use: FloatConstant.Use, _ constant: FloatConstant) -> Bool {
    guard let given else { return weightsOnly }
    let key = use.entry.planKey(in: constant.id.subgraph)
    return given.refusal(of: key, .weightsOnly) == nil
  }

  /// Whether the operator reads its weights behind DEQUANTIZE only because its kernel for integers is slow.
  func isKeptFromKernel(_ use: FloatConstant.Use, _ constant: FloatConstant) -> Bool {
    let place = OperatorPlace(subgraph: constant.id.subgraph, index: use.place.operation)
    guard slow.contains(place), !storesOnly(use, constant) else { return false }
    return use.entry.planKey(in: constant.id.subgraph).flatMap { given?.plan.form(of: $0) } == nil
  }

  /// Returns those of `kept` that must stay float after all: their operator's kernel takes all
  /// weights as integers or none, and either one is not kept or it does not pay.
  private mutating func refuseIncomplete(_ kept: [FloatConstant]) -> Set<TensorID> {
    let known = Set(kept.map(\.id))
    var refused: Set<TensorID> = []
    for group in operatorGroups() {
      let elements = group.members.reduce(0) { $0 + $1.elements }
      let isWhole =
        group.isComplete && group.members.allSatisfy { known.contains($0.id) }
        && elements >= DynamicRange.leastElements
      if !isWhole { refused.formUnion(group.members.map(\.id)) }
    }
    for constant in kept where refused.contains(constant.id) {
      reasons[constant.id] = .needsAllWeights(name: constant.uses.first?.name)
    }
    return refused
  }

  /// Returns the weights of each all-or-nothing operator, and whether all of them are constants.
  private func operatorGroups() -> [(members: [FloatConstant], isComplete: Bool)] {
    var groups: [OperatorPlace: [FloatConstant]] = [:]
    var expected: [OperatorPlace: Int] = [:]
    for constant in constants {
      for use in constant.uses {
        guard let rule = use.spec?.hybrid, rule.allOrNothing,
          rule.weights.contains(use.place.operand), !keepsFloats(use, constant)
        else { continue }
        let key = OperatorPlace(subgraph: constant.id.subgraph, index: use.place.operation)
        groups[key, default: []].append(constant)
        let inputs = use.entry.inputs ?? []
        expected[key] = rule.weights.filter { inputs.indices.contains($0) && inputs[$0] >= 0 }.count
      }
    }
    return groups.keys.sorted().map { key in
      (groups[key] ?? [], groups[key]?.count == expected[key])
    }
  }

  /// Returns `extents(of:)` of all constants: large ones use all threads, small ones a thread
  /// each.
  func extents(
    of candidates: [WeightCandidate], _ model: Model, _ job: Job
  ) throws -> [ChannelExtents?] {
    let total = candidates.reduce(0) { $0 + $1.constant.elements }
    let isLarge = candidates.map { $0.constant.elements > total / 4 }
    var results = [Result<ChannelExtents?, any Error>](
      repeating: .success(nil), count: candidates.count)
    for index in candidates.indices where isLarge[index] {
      results[index] = Result {
        try extents(of: candidates[index], model, job, job.options.threads)
      }
    }
    let small = candidates.indices.filter { !isLarge[$0] }
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      Threads.forEach(small.count, limit: job.options.threads) { position in
        let index = small[position]
        results[index] = Result {
          try extents(of: candidates[index], model, job, 1)
        }
      }
    }
    return try results.map { try $0.get() }
  }

  /// Returns the extents of channels, with the magnitudes at which their integers end; nil if a value is not finite.
  private func extents(
    of candidate: WeightCandidate, _ model: Model, _ job: Job, _ threads: Int
  ) throws -> ChannelExtents? {
    guard let data = model.data(of: candidate.constant.id) else { return nil }
    let reader = job.reader(data)
    // The writer reads the same pages soon and releases them then.
    defer { reader.releaseMemory() }
    return try ClipSearch(bits: candidate.form.bits, layout: candidate.form.layout)
      .extents(
        reader, threads: threads,
        sumsLanes: candidate.direct.contains { $0.spec?.hybrid?.sumsRows == true })
  }
}
