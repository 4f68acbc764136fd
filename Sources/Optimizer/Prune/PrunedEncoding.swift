import TFLite

/// How the file stores a pruned weight.
struct PrunedEncoding {
  private let target: PruneTarget
  /// Whether the sparse encoding was asked for.
  private let isSparse: Bool
  private let pattern: SparsityPattern

  init(_ target: PruneTarget, isSparse: Bool, _ pattern: SparsityPattern) {
    self.target = target
    self.isSparse = isSparse
    self.pattern = pattern
  }

  /// What came as float16 or sparse goes back to it, and what is to be sparse becomes it where that
  /// is smaller: the operators that decode it, by constant.
  func encode(
    _ data: TensorData, _ model: inout Model, _ context: inout PassContext
  ) throws -> [TensorID: [Operator]] {
    var decoders: [TensorID: [Operator]] = [:]
    var buffers: [TensorType: UInt32] = [:]
    for constant in target.constants {
      let isHalf = context.formerEncoding(of: constant.id, in: model) == .float16
      let type: TensorType = isHalf ? .float16 : .float32
      let size = isHalf ? 2 : 4
      let stored: TensorData =
        isHalf
        ? .deferred(
          DeferredData(source: data, transform: ToFloat16(), count: constant.elements * 2)) : data
      let wasSparse = constant.storedBytes < constant.elements * size
      if isSparse || wasSparse,
        let sparse = try sparse(constant, stored, size, &context)
      {
        let buffer = buffers[type] ?? model.append(.bytes(sparse.values))
        buffers[type] = buffer
        decoders[constant.id] = model.encode(constant.id, as: type, sparse, buffer: buffer)
      } else if isHalf {
        let buffer = buffers[type] ?? model.append(stored)
        buffers[type] = buffer
        let from = model.encode(constant.id, as: type, buffer: buffer, quantization: nil)
        var dequantize = Operator()
        dequantize.opcodeIndex = model.code(for: .dequantize, version: 1)
        dequantize.inputs = [Int32(from.index)]
        dequantize.outputs = [Int32(constant.id.index)]
        decoders[constant.id] = [dequantize]
      }
    }
    return decoders
  }

  /// Tensor and operator tables that DENSIFY adds; an upper estimate.
  private static let densifyCost = 256

  /// The sparse encoding if it is smaller. Only filters of convolutions and fully connected layers:
  /// others' constants are read by kernels as they are.
  private func sparse(
    _ constant: FloatConstant, _ data: TensorData, _ size: Int, _ context: inout PassContext
  ) throws -> SparseEncoding? {
    let kinds: Set<BuiltinOperator> = [.conv2D, .depthwiseConv2D, .transposeConv, .fullyConnected]
    let shape = (constant.tensor.shape ?? []).map(Int.init)
    if let use = constant.uses.first(where: { !kinds.contains($0.kind) }) {
      if isSparse { context.note(constant.id, "\(use.kind) is not fed by DENSIFY") }
      return nil
    }
    let columns = shape.last ?? 1
    let reader = context.reader(data)
    defer { reader.releaseMemory() }
    let bytes = try reader.withBytes(in: 0..<data.count) { [UInt8]($0) }
    var block = 1
    if case .block(let wanted) = pattern, columns % wanted == 0 { block = wanted }
    let encoding = SparseEncoding(bytes, elementSize: size, shape: shape, block: block)
    if encoding.byteCount + Self.densifyCost < bytes.count { return encoding }
    if isSparse {
      context.note(
        constant.id, "the sparse encoding would take \(encoding.byteCount) of \(bytes.count) bytes")
    }
    return nil
  }
}
