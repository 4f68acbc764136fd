import Evaluation
import OpSet
import TFLite

/// Scales and zero points of every group of tensors, computed from the groups' ranges.
struct IntegerParameters {
  let graph: IntegerGraph
  /// By group.
  var ranges: [ClosedRange<Float>]
  /// By group.
  private(set) var encodings: [Affine] = []
  private let isSymmetric: Bool
  private let useful: UsefulRanges
  /// For each operator with weights, the greatest scale of a channel.
  private let weightScales: [OperatorPlace: Float]
  /// The scales of constants that share their scale with no other tensor.
  private let constantScales: [TensorID: Float]
  /// By group.
  private let constants: [ClosedRange<Float>?]
  /// The encodings of groups in a plan.
  private var planned: [Int: Affine] = [:]
  /// The range of the members' values, with the constants that share the parameters.
  let seen: [ClosedRange<Float>]

  init(
    _ graph: IntegerGraph, ranges: [ClosedRange<Float>], seen: [ClosedRange<Float>],
    values: ConstantValues, useful: UsefulRanges, isSymmetric: Bool
  ) throws {
    self.graph = graph
    self.ranges = ranges
    self.seen = seen
    self.isSymmetric = isSymmetric
    self.useful = useful
    weightScales = try graph.weightScales(values)
    constantScales = try graph.constantScales(useful)
    constants = try graph.groups.map { group in
      let ranges = try group.constants.map(useful.range(ofConstant:))
      return ranges.reduce(nil) { joined, range in joined?.joined(with: range) ?? range }
    }
    update()
  }

  /// Computes the encodings from the ranges again.
  mutating func update() {
    encodings = graph.groups.indices.map { group in
      planned[group] ?? fixed(group) ?? encoding(of: group, wanted(group))
    }
    // An enlarged output can be the input of another operator.
    for _ in 0..<4 where raiseInputs() || raiseOutputs() {}
  }

  /// Sets the encodings of groups to those of a plan, whatever the ranges are.
  mutating func follow(_ planned: [Int: Affine]) {
    self.planned = planned
    update()
  }

  /// Whether a range decides the encoding of the group.
  func isFree(_ group: Int) -> Bool {
    planned[group] == nil
      && (graph.groups[group].fixed.isEmpty
        || !graph.groups[group].fixed.contains(encodings[group]))
  }

  private func wanted(_ group: Int) -> ClosedRange<Float> {
    constants[group].map { ranges[group].joined(with: $0) } ?? ranges[group]
  }

  private func encoding(of group: Int, _ range: ClosedRange<Float>) -> Affine {
    switch graph.mode {
    case .int16x8: .int16(range)
    case .int8:
      isSymmetric && !graph.groups[group].isNonNegative
        || graph.groups[group].needsZeroPointZero
        ? .symmetricInt8(range) : .int8(range)
    }
  }

  /// Returns the encoding that a producer requires if it suits all members, else nil.
  private func fixed(_ group: Int) -> Affine? {
    let demands = graph.groups[group]
    guard demands.fixed.count == 1, let fixed = demands.fixed.first,
      !demands.needsZeroPointZero || fixed.zeroPoint == 0
    else { return nil }
    let all = constants[group].map { seen[group].joined(with: $0) } ?? seen[group]
    // The greatest probability, 1, is half a step above the last level.
    let slack = 1.5 * fixed.scale
    guard all.lowerBound >= fixed.range.lowerBound - slack,
      all.upperBound <= fixed.range.upperBound + slack
    else { return nil }
    return fixed
  }

  /// Raises output scales that a kernel would refuse. Returns whether there were any.
  private mutating func raiseOutputs() -> Bool {
    var changed = false
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      guard let output = entry.outputs.first, let group = graph.groupOf[output.id],
        let floor = floor(of: entry, group), encodings[group].scale <= floor
      else { continue }
      raise(group, above: floor)
      changed = true
    }
    return changed
  }

  private mutating func raise(_ group: Int, above floor: Float) {
    let old = encodings[group]
    encodings[group] = Affine(type: old.type, scale: floor * 1.001, zeroPoint: old.zeroPoint)
  }

  private var isInt16: Bool { graph.mode == .int16x8 }

  /// Raises input scales that a kernel would refuse. Returns whether there were any.
  private mutating func raiseInputs() -> Bool {
    var changed = false
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      guard let input = entry.activations.first, let group = graph.groupOf[input.id], isFree(group),
        let floor = entry.spec?.limits.leastInputScale(
          beta: entry.entry.builtinOptions?[Softmax.beta] ?? 1, isInt16: isInt16),
        encodings[group].scale <= floor
      else { continue }
      raise(group, above: floor)
      changed = true
    }
    return changed
  }

  private func scales(of entry: IntegerOperator) -> [Float] {
    entry.inputs.compactMap { input in graph.groupOf[input.id].map { encodings[$0].scale } }
  }

  /// Returns the bound that the output's scale must exceed: the kernel's. If the scale is far below
  /// the step of the operands, as for a tensor that was constant on the samples, it is also a share
  /// of that step.
  private func floor(of entry: IntegerOperator, _ group: Int) -> Float? {
    guard let greatest = scales(of: entry).max() else { return nil }
    let asked = entry.spec?.limits.leastOutputScale(
      greatestInputScale: greatest, weightScale: weightScales[entry.place], isInt16: isInt16)
    guard isFree(group), let step = step(of: entry),
      encodings[group].scale * Self.mostRatio < step,
      !graph.groups[group].members.contains(where: { useful.byTensor[$0] != nil })
    else { return asked }
    return max(asked ?? 0, step * Self.shareOfStep)
  }

  /// XNNPACK refuses models with a ratio of 256 and above (`xnn_define_convolution_2d`, `…_add2`,
  /// `…_multiply2`); half of it leaves room for weights whose scales a search widens.
  private static let mostRatio: Float = 128
  /// The output does not show less than 1/16 of an operand's step.
  private static let shareOfStep: Float = 1 / 16

  /// Returns how much the output changes with the least step of the operands; nil if that is
  /// unknown.
  private func step(of entry: IntegerOperator) -> Float? {
    let scales = scales(of: entry)
    if let weight = weightScales[entry.place] { return scales.first.map { $0 * weight } }
    switch entry.spec?.valueUse {
    case .sum, .difference: return scales.max()
    case .product:
      let constants = entry.inputs.filter(\.isConstant).compactMap { self.constantScales[$0.id] }
      return (scales + constants).reduce(1, *)
    default:
      // A tensor that is zero on all samples has no range; the step of its input replaces it.
      let isZero =
        entry.outputs.first.flatMap { graph.groupOf[$0.id] }
        .map { seen[$0].lowerBound == seen[$0].upperBound } ?? false
      return isZero || entry.spec?.monotone != nil ? scales.max() : nil
    }
  }

  /// Operators whose operands fit no scale of the output: the output is needed in a far smaller
  /// range than its values can have, such as that of a mask. The operators that lead to a mask are
  /// included: 1 − m, which is multiplied by a great factor, must be exactly 0.
  var misfits: [OperatorPlace] {
    graph.operators.joined().flatMap { entry -> [OperatorPlace] in
      guard graph.isInteger(entry.place) else { return [] }
      if entry.activations.contains(where: { overflows($0.id) }) { return [entry.place] }
      guard let output = entry.outputs.first, let encoding = encoding(of: output.id),
        let step = step(of: entry)
      else { return [] }
      let ceiling = entry.spec?.limits.greatestOutputScale(isInt16: isInt16) ?? .infinity
      if encoding.scale >= ceiling { return [entry.place] }
      return encoding.scale * Self.mostRatio < step ? graph.sources(of: entry) : []
    }
  }

  /// Whether the QUANTIZE that would make the tensor's integers overflows.
  private func overflows(_ id: TensorID) -> Bool {
    let producer = graph.graphs[id.subgraph].producer[id.index]
    let isMade = producer.map {
      graph.isInteger(OperatorPlace(subgraph: id.subgraph, index: $0))
    }
    return isMade != true
      && encoding(of: id).map { useful.overflows(id, $0, graph.graphs[id.subgraph]) } ?? false
  }

  /// The encoding of each integer tensor.
  var byTensor: [TensorID: Affine] {
    var found: [TensorID: Affine] = [:]
    for (group, members) in graph.groups.enumerated() {
      for member in members.members { found[member] = encodings[group] }
    }
    return found
  }

  /// The encoding in which integer operators read the tensor.
  func encoding(of id: TensorID) -> Affine? {
    graph.groupOf[id].map { encodings[$0] }
  }

  /// The encoding in which the integer operator writes its output.
  func encoding(ofOutput id: TensorID, of entry: IntegerOperator) -> Affine? {
    entry.fixedOutput(graph.mode) ?? encoding(of: id)
  }
}

extension IntegerGraph {
  /// The operator and the integer operators that lead to it, up to those that multiply two tensors.
  fileprivate func sources(of entry: IntegerOperator) -> [OperatorPlace] {
    let graph = graphs[entry.place.subgraph]
    var found = [entry.place]
    var next = 0
    while next < found.count {
      for input in self[found[next]].activations {
        guard let index = graph.producer[input.id.index] else { continue }
        let place = OperatorPlace(subgraph: entry.place.subgraph, index: index)
        let producer = self[place]
        if isInteger(place), !producer.hasWeights, producer.spec?.product == nil,
          !found.contains(place)
        {
          found.append(place)
        }
      }
      next += 1
    }
    return found
  }

  /// The greatest scales of operators' weights.
  fileprivate func weightScales(_ values: ConstantValues) throws -> [OperatorPlace: Float] {
    var found: [OperatorPlace: Float] = [:]
    for entry in operators.joined() where isInteger(entry.place) && entry.biasPosition != nil {
      guard let weight = entry.inputs.first(where: { $0.role.isWeight && $0.isConstant }) else {
        continue
      }
      found[entry.place] = try values.greatestMagnitude(of: weight.id) / 127
    }
    return found
  }

  /// The scales of constants that have their own.
  fileprivate func constantScales(_ useful: UsefulRanges) throws -> [TensorID: Float] {
    var found: [TensorID: Float] = [:]
    for entry in operators.joined() where isInteger(entry.place) {
      for operand in entry.inputs where operand.isConstant && operand.role == .activation {
        let range = try useful.range(ofConstant: operand.id)
        found[operand.id] = Affine.activation(range, mode).scale
      }
    }
    return found
  }
}

extension Affine {
  /// Returns what a tensor that shares its scale with no other is stored with.
  static func activation(_ range: ClosedRange<Float>, _ mode: IntegerMode) -> Affine {
    mode == .int8 ? .int8(range) : .int16(range)
  }
}

extension ClosedRange<Float> {
  func scaled(by factor: Float) -> Self { lowerBound * factor...upperBound * factor }
}
