import Evaluation
import OpSet
import TFLite

/// Scales and zero points of every group of tensors, from the ranges that were chosen for them.
struct IntegerParameters {
  let graph: IntegerGraph
  /// By group.
  var ranges: [ClosedRange<Float>]
  /// By group.
  private(set) var encodings: [Affine] = []
  private let isSymmetric: Bool
  private let constants: [ClosedRange<Float>?]
  /// What a plan gives groups.
  private var planned: [Int: Affine] = [:]
  /// What members held, with the constants that share the parameters.
  private let seen: [ClosedRange<Float>]

  init(
    _ graph: IntegerGraph, ranges: [ClosedRange<Float>], seen: [ClosedRange<Float>],
    values: ConstantValues, isSymmetric: Bool
  ) throws {
    self.graph = graph
    self.ranges = ranges
    self.seen = seen
    self.isSymmetric = isSymmetric
    constants = try graph.groups.map { group in
      let ranges = try group.constants.map { try values.range(of: $0) }
      return ranges.reduce(nil) { joined, range in joined?.joined(with: range) ?? range }
    }
    update()
  }

  /// Computes the encodings anew from the ranges.
  mutating func update() {
    encodings = graph.groups.indices.map { group in
      planned[group] ?? fixed(group) ?? encoding(of: group, wanted(group))
    }
    // An enlarged output can be the input of another operator.
    for _ in 0..<4 where raiseOutputs() {}
  }

  /// Takes encodings that a plan gives groups, whatever their ranges are.
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

  /// The parameters that a producer insists on, where they suit all members.
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

  /// Raises output scales that a kernel would refuse; whether there were any.
  private mutating func raiseOutputs() -> Bool {
    var changed = false
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      guard let limits = entry.spec?.limits, let output = entry.outputs.first,
        let group = graph.groupOf[output.id]
      else { continue }
      let scales = entry.inputs.compactMap { input -> Float? in
        graph.groupOf[input.id].map { encodings[$0].scale }
      }
      guard let greatest = scales.max(),
        let floor = limits.leastOutputScale(
          greatestInputScale: greatest, isInt16: graph.mode == .int16x8),
        encodings[group].scale <= floor
      else { continue }
      let old = encodings[group]
      encodings[group] = Affine(
        type: old.type, scale: floor * 1.001, zeroPoint: old.zeroPoint)
      changed = true
    }
    return changed
  }

  /// Every integer tensor's encoding.
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

extension ClosedRange<Float> {
  func joined(with other: Self) -> Self {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
