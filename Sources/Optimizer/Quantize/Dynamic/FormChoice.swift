import OpSet
import TFLite

/// The bits and scales of a weight, from what is asked for and what its readers' kernels take.
extension DynamicRangePlanner {
  /// Returns the form that the plan has for the weight, or else the step; eight bits if it keeps them.
  func wanted(_ constant: FloatConstant) -> WeightRequest {
    wide[constant.id] == nil
      ? given?.plan.weights[constant.id]?.request ?? request : WeightRequest()
  }

  /// Returns the candidate in the first form of `wanted` that all readers take. Its scales are those of
  /// channels if the readers agree on the axis and it pays, else one for the tensor.
  func form(
    of constant: FloatConstant, _ wanted: WeightRequest, _ direct: [FloatConstant.Use],
    _ decoded: [FloatConstant.Use], _ model: Model, _ job: Job
  ) -> Result<WeightCandidate, Refusal> {
    let rules = direct.compactMap { $0.spec?.hybrid }
    var axes = Set(rules.map(\.axis))
    if direct.isEmpty {
      axes = Set(decoded.compactMap { $0.role?.channelAxis(rank: constant.tensor.rank) })
    }
    let needsChannels = rules.contains { $0.requiresScalePerChannel }
    let axis = axes.count == 1 ? axes.first ?? nil : nil
    let isPerTensor = given?.plan.weights[constant.id]?.isPerTensor == true && !needsChannels
    // Who asks for few bits asks for kernels that read them, unless weights are only to be stored so.
    let computing = direct + decoded.filter { isKeptFromKernel($0, constant) }
    var found: [WeightCandidate] = []
    var wider: Reason?
    for request in wanted.forms where found.isEmpty || job.options.runtime != nil {
      if let obstacle = request.obstacle(to: constant, computing, decoded) {
        wider = wider ?? obstacle
        continue
      }
      let forms = forms(
        of: constant, request, axis: isPerTensor ? nil : axis, needsChannels: needsChannels)
      found += forms.map {
        WeightCandidate(constant, $0, direct: direct, decoded: decoded, wider: wider)
      }.filter(pays)
    }
    if found.isEmpty, needsChannels, axes.count != 1 {
      return .failure(Refusal(.needsScalesAlongOtherAxes))
    }
    guard let first = found.first else {
      let isEncoded = constant.storedBytes < constant.elements * 2
      return .failure(Refusal(isEncoded ? .isEncodedBelowInt8 : .isNotSmallerInInt8))
    }
    return job.options.runtime == nil
      ? .success(first) : WeightCandidate.admitted(found, model, job, pays: pays)
  }

  /// Returns blocks, or channels along the axis and then one scale for the tensor.
  private func forms(
    of constant: FloatConstant, _ request: WeightRequest, axis: Int?, needsChannels: Bool
  ) -> [WeightForm] {
    if let block = request.block {
      return WeightForm.blocks(of: block, request.bits, elements: constant.elements)
        .map { [$0] } ?? []
    }
    let channels = axis.flatMap { axis in
      ChannelLayout(shape: constant.tensor.shape ?? [], axis: axis).map {
        WeightForm(bits: request.bits, layout: $0, axis: axis)
      }
    }
    let whole = WeightForm(bits: request.bits, layout: .perTensor, axis: 0)
    return (channels.map { [$0] } ?? []) + (needsChannels ? [] : [whole])
  }

  /// Whether the integers, their scales and the DEQUANTIZE take fewer bytes than the constant.
  private func pays(_ candidate: WeightCandidate) -> Bool {
    let (constant, layout) = (candidate.constant, candidate.form.layout)
    let scales =
      candidate.form.block == nil
      ? StructureCost.quantization(channels: layout.channels, peers: peers[layout.channels] ?? 1)
      : StructureCost.blocks(layout.channels, name: constant.tensor.label.count)
    let bytes = candidate.form.bits.byteCount(elements: constant.elements)
    let overhead =
      candidate.decoded.isEmpty
      ? 0 : StructureCost.dequantize(name: constant.tensor.label.count)
    return bytes + scales + overhead
      < (replacesStored ? 4 * constant.elements : constant.storedBytes)
  }

  /// Gives constants that share their data eight bits where their readers do not all take the same
  /// form: the file would hold the data twice.
  func widenShared(_ candidates: inout [WeightCandidate], _ model: Model, _ job: Job) {
    guard request.bits != .eight || given != nil else { return }
    let groups = Dictionary(grouping: candidates.indices) {
      model[candidates[$0].constant.id].buffer
    }
    for group in groups.values where Set(group.map { candidates[$0].form }).count > 1 {
      for index in group {
        let old = candidates[index]
        let plain = candidate(for: old.constant, WeightRequest(), model, job)
        guard case .success(var eight) = plain, old.form.bits != .eight else { continue }
        eight.wider = old.wider ?? .sharesDataWithWider
        candidates[index] = eight
      }
    }
  }

  /// Gives weights channels whose blocks would need scales that float16 does not hold well.
  func replaceBlocks(
    of candidates: inout [WeightCandidate], _ extents: inout [ChannelExtents?], _ model: Model,
    _ job: Job
  ) throws {
    let poor = candidates.indices.filter { index in
      guard candidates[index].form.block != nil, let found = extents[index] else { return false }
      return !BlockScale.holds(
        (found.magnitudes.max() ?? 0) / Float(candidates[index].form.bits.greatest))
    }
    for index in poor {
      let old = candidates[index]
      let request = WeightRequest(bits: old.form.bits)
      guard case .success(var plain) = candidate(for: old.constant, request, model, job) else {
        continue
      }
      plain.wider = old.wider ?? .hasScalesBeyondBlocks
      candidates[index] = plain
    }
    let measured = try self.extents(of: poor.map { candidates[$0] }, model, job)
    for (index, found) in zip(poor, measured) { extents[index] = found }
  }
}

extension WeightRequest {
  /// Returns why the constant cannot have the form; nil if it can. `computing` uses need a kernel that
  /// reads the integers, `decoded` ones stand behind DEQUANTIZE.
  fileprivate func obstacle(
    to constant: FloatConstant, _ computing: [FloatConstant.Use], _ decoded: [FloatConstant.Use]
  ) -> Reason? {
    if block != nil, computing.isEmpty || !decoded.isEmpty { return .isDecodedWithoutBlocks }
    return computing.lazy.compactMap { use in
      obstacle(
        of: use.spec, .float, shape: constant.tensor.shape ?? [],
        options: use.entry.builtinOptions)
    }.first
  }
}
