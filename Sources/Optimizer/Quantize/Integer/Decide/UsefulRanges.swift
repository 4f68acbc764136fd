import Evaluation
import OpSet
import TFLite

/// The values of each tensor that its readers distinguish, found from the outputs backwards. A
/// value beyond them has the same effect as the end of the range. So ranges need not include the
/// values that a mask puts before SOFTMAX.
struct UsefulRanges {
  typealias Range = ClosedRange<Float>
  /// Tensors with values that have no effect of their own.
  private(set) var byTensor: [TensorID: Range] = [:]
  private let model: Model
  private let statistics: CalibrationStatistics
  private let values: ConstantValues

  private static let everything: Range = -.infinity ... .infinity

  init(
    _ model: Model, _ graphs: [Graph], _ statistics: CalibrationStatistics,
    _ values: ConstantValues
  ) throws {
    self.model = model
    self.statistics = statistics
    self.values = values
    for index in model.subgraphs.indices { try trace(index, graphs[index]) }
  }

  /// Returns the useful part of a range.
  func clamp(_ range: Range, of id: TensorID) -> Range {
    byTensor[id].map { range.clamped(to: $0) } ?? range
  }

  /// Returns the range that the integers of a constant must cover; infinity stands for the end of
  /// the useful part.
  func range(ofConstant id: TensorID) throws -> Range {
    let finite = try values.range(of: id)
    guard let useful = byTensor[id] else { return finite }
    let all = try values.values(of: id)
    func end(_ value: Float, _ infinity: Float) -> Float {
      value.isFinite && all.contains(infinity) ? value : 0
    }
    return finite.clamped(to: useful)
      .joined(with: end(useful.lowerBound, -.infinity)...end(useful.upperBound, .infinity))
  }

  /// Whether QUANTIZE overflows on the tensor's values. int16 kernels round to 32 bits before they
  /// saturate, so a value that is too great can become any integer.
  func overflows(_ id: TensorID, _ encoding: Affine, _ graph: Graph) -> Bool {
    guard byTensor[id] != nil, encoding.type == .int16 else { return false }
    // Statistics of a tensor that only SOFTMAX reads lack low values. The operands of the operator
    // that makes it show them.
    let entry = graph.producer[id.index].map { model.subgraphs[id.subgraph].operators[$0] }
    let operands = (entry?.inputs ?? []).filter { $0 >= 0 }.map { TensorID(id.subgraph, $0) }
    return ([id] + operands).contains { id in
      let constant = values[id] == nil ? nil : try? values.range(of: id)
      let range = constant ?? statistics.tensors[id].flatMap { $0.isEmpty ? nil : $0.range }
      return range.map { max(-$0.lowerBound, $0.upperBound) / encoding.scale > 0x1p30 } ?? false
    }
  }

  private mutating func trace(_ index: Int, _ graph: Graph) throws {
    let subgraph = model.subgraphs[index]
    var needed: [Int32: Range] = [:]
    for (tensor, isOutput) in graph.isOutput.enumerated() where isOutput {
      needed[Int32(tensor)] = Self.everything
    }
    for entry in subgraph.operators.reversed() {
      let spec = OpSet.spec(for: model.kind(of: entry))
      let outputs = (entry.outputs ?? []).map { needed[$0] ?? Self.everything }
      let output = outputs.dropFirst().reduce(outputs.first ?? Self.everything) { all, range in
        all.joined(with: range)
      }
      for (position, tensor) in (entry.inputs ?? []).enumerated() where tensor >= 0 {
        let used =
          spec == nil || subgraph.tensors[Int(tensor)].isVariable
          ? Self.everything
          : try range(
            of: position, entry, index, spec?.valueUse ?? .all, output)
        needed[tensor] = needed[tensor].map { $0.joined(with: used) } ?? used
      }
    }
    for (tensor, range) in needed where range != Self.everything {
      byTensor[TensorID(index, tensor)] = range.joined(with: 0...0)
    }
  }

  /// Returns the values of one input that an operator distinguishes if its readers distinguish the
  /// outputs within `output`.
  private func range(
    of position: Int, _ entry: Operator, _ subgraph: Int, _ use: ValueUse, _ output: Range
  ) throws -> Range {
    func seen(_ tensors: [Int32]?, _ position: Int) throws -> Range? {
      guard let tensor = tensors?[position], tensor >= 0 else { return nil }
      let id = TensorID(subgraph, tensor)
      if values[id] != nil { return try values.range(of: id) }
      return statistics.tensors[id].flatMap { $0.isEmpty ? nil : $0.range }
    }
    func other() throws -> Range? { try seen(entry.inputs, 1 - position) }
    switch use {
    case .all: return Self.everything
    case .sameAsOutput: return output
    case .negated: return -output.upperBound ... -output.lowerBound
    case .greatest:
      let least = try seen(entry.outputs, 0)?.lowerBound ?? -.infinity
      return max(least, output.lowerBound)...max(least, output.upperBound)
    case .least:
      let greatest = try seen(entry.outputs, 0)?.upperBound ?? .infinity
      return min(greatest, output.lowerBound)...min(greatest, output.upperBound)
    case .nearGreatest:
      // Statistics of a tensor that only SOFTMAX reads lack low values.
      return (try seen(entry.inputs, 0)?.lowerBound ?? -.infinity) ... .infinity
    case .sum:
      guard let other = try other() else { return Self.everything }
      return output.lowerBound - other.upperBound...output.upperBound - other.lowerBound
    case .difference:
      guard let other = try other() else { return Self.everything }
      return position == 0
        ? output.lowerBound + other.lowerBound...output.upperBound + other.upperBound
        : other.lowerBound - output.upperBound...other.upperBound - output.lowerBound
    case .product, .quotient:
      guard let other = try other(), try isConstant(entry, 1 - position, subgraph) else {
        return Self.everything
      }
      return Self.factor(use, position, other).map { output.divided(by: $0) } ?? Self.everything
    }
  }

  private func isConstant(_ entry: Operator, _ position: Int, _ subgraph: Int) throws -> Bool {
    guard let tensor = entry.inputs?[position], tensor >= 0 else { return false }
    return values[TensorID(subgraph, tensor)] != nil
  }

  /// The greatest factor of a score. A tensor with a greater factor is a mask of zeros and ones.
  private static let mostOfScores: Float = 1024

  /// The least factor by magnitude that a constant of one sign gives the other operand; nil for
  /// constants of both signs, for masks, and for divisions of a constant.
  private static func factor(_ use: ValueUse, _ position: Int, _ constant: Range) -> Float? {
    guard constant.lowerBound > 0 || constant.upperBound < 0 else { return nil }
    let magnitudes = [abs(constant.lowerBound), abs(constant.upperBound)]
    guard (magnitudes.max() ?? 1) < mostOfScores else { return nil }
    let sign: Float = constant.lowerBound > 0 ? 1 : -1
    if case .product = use { return sign * (magnitudes.min() ?? 1) }
    return position == 0 ? sign / (magnitudes.max() ?? 1) : nil
  }
}

extension ClosedRange<Float> {
  fileprivate func divided(by factor: Float) -> Self {
    let ends = [lowerBound / factor, upperBound / factor]
    return Swift.min(ends[0], ends[1])...Swift.max(ends[0], ends[1])
  }
}
