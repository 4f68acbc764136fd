import Evaluation
import TFLite

/// The types that the user asks for at the model's inputs and outputs; float32 by default.
package struct IOTypes: Equatable, Sendable {
  /// The type of all inputs and outputs that `named` does not have.
  package var standard: TensorType?
  /// By the name in the signature, or the tensor's name.
  package var named: [String: TensorType] = [:]

  package init(standard: TensorType? = nil, named: [String: TensorType] = [:]) {
    self.standard = standard
    self.named = named
  }

  func type(_ names: [String]) -> TensorType? {
    names.lazy.compactMap { named[$0] }.first ?? standard
  }
}

/// The integer forms of a model's inputs and outputs; the others stay float32.
struct IOEncodings {
  private(set) var inputs: [TensorID: Affine] = [:]
  private(set) var outputs: [TensorID: Affine] = [:]

  init() {}

  /// `kept` are the former encodings of inputs and outputs. They are kept unless the user asks for
  /// another type.
  init(
    _ types: IOTypes, kept: [TensorID: Affine], model: Model,
    parameters: IntegerParameters, statistics: CalibrationStatistics
  ) {
    let graph = parameters.graph
    let called = Set(model.subgraphs.flatMap { $0.operators.flatMap(\.calledSubgraphs) })
    for (index, subgraph) in model.subgraphs.enumerated() where !called.contains(Int32(index)) {
      let signatures = model.signatures.filter { Int($0.subgraphIndex) == index }
      func wanted(_ tensor: Int32, _ maps: [TensorMap]) -> TensorType? {
        guard tensor >= 0, subgraph.tensors[Int(tensor)].type == .float32 else { return nil }
        let aliases = maps.filter { Int32(bitPattern: $0.tensorIndex) == tensor }
          .compactMap { $0.name?.description }
        let said = types.type(aliases + [subgraph.tensors[Int(tensor)].label])
        let type = said ?? kept[TensorID(index, tensor)]?.type
        return type == .float32 ? nil : type
      }
      func keeps(_ id: TensorID, _ type: TensorType) -> Affine? {
        kept[id].flatMap { $0.type == type ? $0 : nil }
      }
      for tensor in subgraph.inputs ?? [] {
        guard let type = wanted(tensor, signatures.flatMap(\.inputs)) else { continue }
        let id = TensorID(index, tensor)
        inputs[id] = keeps(id, type) ?? Self.encoding(id, type, parameters, statistics, nil)
      }
      for tensor in subgraph.outputs ?? [] {
        guard let type = wanted(tensor, signatures.flatMap(\.outputs)) else { continue }
        let id = TensorID(index, tensor)
        let producer = graph.graphs[index].producer[id.index]
          .map { graph[OperatorPlace(subgraph: index, index: $0)] }
          .flatMap { graph.isInteger($0.place) ? $0 : nil }
        outputs[id] =
          keeps(id, type) ?? Self.encoding(id, type, parameters, statistics, producer)
      }
    }
  }

  /// Returns the encoding of the tensor inside the model, if it is an integer there.
  private static func encoding(
    _ id: TensorID, _ type: TensorType, _ parameters: IntegerParameters,
    _ statistics: CalibrationStatistics, _ producer: IntegerOperator?
  ) -> Affine? {
    let inside =
      producer.flatMap { parameters.encoding(ofOutput: id, of: $0) } ?? parameters.encoding(of: id)
    if let inside, inside.type == type { return inside }
    if let inside, inside.type == .int8, type == .uint8 { return inside.asUInt8 }
    let seen =
      inside?.range ?? statistics.tensors[id].map { min(0, $0.least)...max(0, $0.greatest) }
    guard let seen else { return nil }
    switch type {
    case .int16: return .int16(seen)
    case .uint8: return Affine.int8(seen).asUInt8
    default: return .int8(seen)
    }
  }
}
