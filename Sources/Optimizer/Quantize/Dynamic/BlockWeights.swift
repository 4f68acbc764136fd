import OpSet
import TFLite

/// What a file has beside weights in blocks.
extension Model {
  /// Returns the quantization of the constant's integers; the scales of blocks become a tensor of its
  /// subgraph.
  mutating func quantization(of encoding: WeightEncoding, for id: TensorID) -> Quantization {
    guard let block = encoding.block, let columns = self[id].shape?.last else {
      return encoding.quantization
    }
    let perRow = columns / Int32(block)
    var scales = Tensor()
    scales.shape = [Int32(encoding.layout.channels) / perRow, perRow]
    scales.type = .float16
    scales.name = self[id].name?.appending("_scales")
    scales.hasRank = self[id].hasRank
    scales.buffer = append(.bytes(encoding.scales.flatMap(\.halfBytes)))
    return Quantization(block: block, scales: append(scales, to: id.subgraph))
  }

  /// Makes fused activations operators of their own: LiteRT's optimized kernel for blocks leaves them
  /// out.
  mutating func splitActivations(beside weights: [PlannedWeight], _ job: inout Job) {
    for subgraph in Set(weights.map(\.constant.id.subgraph)).sorted() {
      let own = weights.filter { $0.constant.id.subgraph == subgraph }
      let readers = Set(own.map { Int32($0.constant.id.index) })
      var split: [Int: (kind: BuiltinOperator, key: OptionKey<Int8>, result: Int32)] = [:]
      for (index, entry) in subgraphs[subgraph].operators.enumerated()
      where (entry.inputs ?? []).contains(where: readers.contains) {
        guard let output = entry.outputs?.first, output >= 0,
          let fused = OpSet.spec(for: kind(of: entry))?.narrow?.activationBesideBlocks(
            options: entry.builtinOptions)
        else { continue }
        var result = self[TensorID(subgraph, output)]
        result.name = result.name?.appending("_linear")
        split[index] = (fused.kind, fused.key, Int32(append(result, to: subgraph).index))
      }
      guard !split.isEmpty else { continue }
      let kinds = Set(split.values.map(\.kind)).sorted { $0.rawValue < $1.rawValue }
      let codes = Dictionary(
        uniqueKeysWithValues: kinds.map { ($0, code(for: $0, version: 1)) })
      job.log.touchedKinds.formUnion(split.values.map(\.kind))
      rewriteOperators(of: subgraph) { index, old in
        guard let fused = split[index] else { return [.keep(old)] }
        var (product, activation) = (old, Operator())
        product.outputs?[0] = fused.result
        product.builtinOptions?[fused.key] = 0
        activation.opcodeIndex = codes[fused.kind] ?? 0
        activation.inputs = [fused.result]
        activation.outputs = [old.outputs?[0] ?? -1]
        return [.keep(product), .insert(activation)]
      }
    }
  }
}

extension Float {
  /// The bytes of a number that float16 has, normal and positive.
  fileprivate var halfBytes: [UInt8] {
    let half = UInt16(truncatingIfNeeded: (bitPattern >> 13) &- (112 << 10))
    return [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)]
  }
}
