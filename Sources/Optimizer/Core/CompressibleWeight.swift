import OpSet
import TFLite

/// A weight whose values a pass may change to save bytes: of a convolution, a fully connected
/// operator, a matrix product or a table of embeddings.
struct CompressibleWeight {
  let constant: FloatConstant
  let matrix: WeightMatrix
  /// The unit of an int8 scale: a channel along the axis that the runtime's kernels take, or the
  /// tensor.
  let layout: ChannelLayout
  /// What the file has instead of floats; values are to stay among those that these stand for.
  let integers: StoredIntegers?

  /// With fewer elements a codebook or a mask saves too little.
  static let leastElements = 256

  /// Returns the float constants that may change, and why the others stay.
  static func choice(
    _ constants: [FloatConstant], in model: Model, _ job: Job
  ) -> (weights: [CompressibleWeight], reasons: [TensorID: Reason]) {
    var weights: [CompressibleWeight] = []
    var reasons: [TensorID: Reason] = [:]
    for constant in constants {
      do throws(Refusal) {
        weights.append(try CompressibleWeight(constant, in: model, job))
      } catch { reasons[constant.id] = error.reason }
    }
    let layouts = weights.map { ($0.constant.id, $0.layout) }
    let different = FloatConstant.sharingDifferently(constants, layouts, in: model)
    weights.removeAll { different[$0.constant.id] != nil }
    return (weights, reasons.merging(different) { $1 })
  }

  private init(
    _ constant: FloatConstant, in model: Model, _ job: Job
  ) throws(Refusal) {
    self.constant = constant
    if let reason = job.exclusion(of: constant, in: model) { throw Refusal(reason) }
    if constant.isOutput { throw Refusal(.isOutput) }
    if let reason = constant.constantOnlyUse { throw Refusal(reason) }
    let matrices = constant.uses.map(constant.matrix)
    guard let first = matrices.first, let matrix = first, let use = constant.uses.first else {
      throw Refusal(Self.why(constant))
    }
    guard matrices.allSatisfy({ $0 == matrix }) else {
      throw Refusal(.isReadInDifferentWays)
    }
    if matrix.isDepthwise { throw Refusal(.isSensitiveDepthwise) }
    guard constant.elements >= Self.leastElements else {
      throw Refusal(.hasFewElements(constant.elements, least: Self.leastElements))
    }
    if let former = job.sparseSource(of: constant.id, in: model) {
      throw Refusal(.isStoredSparse(former))
    }
    if let reason = job.reasonToStay(of: constant.id) { throw Refusal(reason) }
    self.matrix = matrix
    // Codebooks of int16 would be searched for among 65,535 integers.
    integers = job.integers(of: constant.id, in: model).flatMap { $0.type == .int16 ? nil : $0 }
    let axis = use.spec?.hybrid.map(\.axis) ?? use.role?.channelAxis(rank: constant.tensor.rank)
    let channels = axis.flatMap { ChannelLayout(shape: constant.tensor.shape ?? [], axis: $0) }
    let stored = integers.flatMap { $0.scales.count > 1 ? $0.layout : nil }
    layout = stored ?? channels ?? .perTensor
  }

  private static func why(_ constant: FloatConstant) -> Reason {
    guard let use = constant.uses.first, let role = use.role else {
      return constant.reasonOfRole
    }
    switch role {
    case .weight where use.spec?.hybrid?.allOrNothing == true:
      return .actsInEveryStep(use.kind)
    case .weight: return .isNotCompressible(use.kind)
    case .bias, .biasOfIntermediate: return .isBias
    case .parameter: return .isParameter(of: use.kind)
    default: return .isData(of: use.kind)
    }
  }
}

extension Job {
  /// The type of the sparse tensor that a constant was decoded from.
  func sparseSource(of id: TensorID, in model: Model) -> TensorType? {
    var root = id
    while let source = decoded.sources[root] {
      root = source
      if model[root].sparsity != nil { return model[root].type }
    }
    return nil
  }
}
