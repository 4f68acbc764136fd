import Evaluation
import OpSet
import TFLite

/// Stores float32 constants as float16, each once, with one DEQUANTIZE for all its readers.
///
/// Halves weights, biases, slopes and tables at hardly any loss; computation stays float32 unless
/// `allowsReducedPrecision` marks the model. Never rounds a constant with values beyond what a half can
/// hold, one whose small values the outputs need, and one that is too small to pay for its DEQUANTIZE.
package struct Float16: Pass {
  package static let name = "float16"
  package static let summary = "store float constants in half precision behind DEQUANTIZE"

  /// Marks the model so that runtimes may also compute in half precision.
  package var allowsReducedPrecision: Bool
  var plan: PlanRequest?
  /// They judge the loss of small values; random inputs do where there are none.
  var samples = CalibrationSource()

  package init(allowsReducedPrecision: Bool = false) {
    self.allowsReducedPrecision = allowsReducedPrecision
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    let constants = job.floatConstants(of: model)
    let given = try plan?.given(for: job.file.model)
    var refusals: [TensorID: Reason] = [:]
    var doubts: [TensorID: Reason] = [:]
    for constant in constants {
      let planned = constant.uses.lazy.compactMap { use in
        given?.refusal(of: use.entry.planKey(in: constant.id.subgraph), .float16)
      }.first
      refusals[constant.id] = try planned ?? refusal(of: constant, model, job, &doubts)
    }
    job.noteIntegers()
    let groups = Dictionary(grouping: constants) { model[$0.id].buffer }
    let willing = constants.filter {
      groupRefusal(of: groups[model[$0.id].buffer] ?? [], refusals) == nil
    }.map(\.id)
    for id in try needed(willing, doubts, model, job) { refusals[id] = doubts[id] }
    var pairs: [(from: TensorID, to: TensorID)] = []
    for constant in constants {
      let group = groups[model[constant.id].buffer] ?? []
      guard constant.id == group.first?.id else { continue }
      if let reason = groupRefusal(of: group, refusals) {
        for member in group { job.log.note(member.id, refusals[member.id] ?? reason) }
        continue
      }
      pairs += convert(group, &model, &job)
    }
    model.insertDequantizes(pairs)
    if !pairs.isEmpty { job.log.touchedKinds.insert(.dequantize) }
    if allowsReducedPrecision { model.markReducedPrecision() }
  }

  /// Returns the doubtful ones that must stay float32: all of them where the outputs cannot tell.
  private func needed(
    _ ids: [TensorID], _ doubts: [TensorID: Reason], _ model: Model, _ job: Job
  ) throws -> [TensorID] {
    let doubtful = ids.filter { doubts[$0] != nil }
    guard !doubtful.isEmpty else { return [] }
    return try HalfJudge(model, halves: ids, samples, job)?.needed(doubtful) ?? doubtful
  }

  /// Notes in `doubts` why a constant that is not refused may be.
  private func refusal(
    of constant: FloatConstant, _ model: Model, _ job: Job, _ doubts: inout [TensorID: Reason]
  ) throws -> Reason? {
    if let reason = job.exclusion(of: constant, in: model) { return reason }
    if let reason = job.options.refusalOfDequantize(.init(.float16)) { return reason }
    if constant.isOutput { return .isOutput }
    if let reason = constant.constantOnlyUse { return reason }
    if let use = constant.uses.first(where: { $0.isHybrid(in: model, constant.id.subgraph) }) {
      return .isNeededPlain(by: use.kind)
    }
    if let former = job.formerEncoding(of: constant.id, in: model) {
      if former != .float32 { return .isAlready(former) }
    }
    guard let data = model.data(of: constant.id) else { return .hasNoData }
    guard constant.storedBytes > constant.elements * 2 else {
      return .isSmallerSparseThanFloat16
    }
    let rounding = try HalfRounding(data, constant.layout, elements: constant.elements, job)
    if rounding.over > 0 {
      return .exceedsFloat16(values: rounding.over, of: constant.elements)
    }
    if rounding.lost > 0 {
      doubts[constant.id] = .vanishesInFloat16(values: rounding.lost, of: constant.elements)
    }
    return nil
  }

  /// Why a buffer's readers all keep float32, or nil.
  private func groupRefusal(
    of group: [FloatConstant], _ refusals: [TensorID: Reason]
  ) -> Reason? {
    if let refused = group.first(where: { refusals[$0.id] != nil }) {
      return .sharesData(label: refused.tensor.label, type: .float32)
    }
    let representatives = Self.representatives(of: group)
    let cost = representatives.reduce(0) {
      $0 + StructureCost.dequantize(name: $1.tensor.name?.utf8.count ?? 0)
    }
    guard let first = group.first, first.storedBytes <= first.elements * 2 + cost else {
      return nil
    }
    return .isBelowCostOfDequantize
  }

  /// The first of the tensors of each subgraph and shape; the others read its DEQUANTIZE.
  private static func representatives(of group: [FloatConstant]) -> [FloatConstant] {
    var seen: Set<[Int32]> = []
    return group.filter { seen.insert([Int32($0.id.subgraph)] + ($0.tensor.shape ?? [])).inserted }
  }

  private func convert(
    _ group: [FloatConstant], _ model: inout Model, _ job: inout Job
  ) -> [(from: TensorID, to: TensorID)] {
    guard let first = group.first, let source = model.data(of: first.id) else { return [] }
    let halves = model.append(
      .deferred(
        DeferredData(source: source, transform: ToFloat16(), count: first.elements * 2)))
    let representatives = Self.representatives(of: group)
    let pairs = representatives.map { constant in
      (
        from: model.encode(constant.id, as: .float16, buffer: halves, quantization: nil),
        to: constant.id
      )
    }
    for constant in group {
      job.log.countChange(of: constant.id)
      for key in constant.uses.compactMap({ $0.entry.planKey(in: constant.id.subgraph) })
      where job.plan.form(of: key) ?? .float == .float { job.plan.note(key, .float16) }
      let same = representatives.first {
        $0.id.subgraph == constant.id.subgraph && $0.tensor.shape == constant.tensor.shape
      }
      guard let same, same.id != constant.id else { continue }
      model.redirect(constant.uses.map(\.place), of: constant.id.subgraph, to: same.id.index)
      job.log.replaced[constant.id] = same.id
    }
    return pairs
  }
}

extension FloatConstant {
  /// Values that go to the same channel of an operator's output.
  fileprivate var layout: ChannelLayout {
    let axis = uses.lazy.compactMap { $0.role?.channelAxis(rank: tensor.rank) }.first
    return axis.flatMap { ChannelLayout(shape: tensor.shape ?? [], axis: $0) } ?? .perTensor
  }
}

extension FloatConstant.Use {
  /// Whether the operator reads int8 weights beside this constant.
  fileprivate func isHybrid(in model: Model, _ subgraph: Int) -> Bool {
    guard let rule = spec?.hybrid, let inputs = entry.inputs else { return false }
    return rule.weights.contains { operand in
      inputs.indices.contains(operand) && inputs[operand] >= 0
        && model[TensorID(subgraph, inputs[operand])].type == .int8
    }
  }
}

extension Model {
  /// Tells runtimes that they may accumulate in float32 and compute in float16.
  fileprivate mutating func markReducedPrecision() {
    guard !metadata.contains(where: { $0.name == "reduced_precision_support" }) else { return }
    var entry = Metadata()
    entry.name = "reduced_precision_support"
    entry.buffer = append(.bytes(Array("fp16accfp32".utf8)))
    metadata.append(entry)
  }
}
