import TFLite

extension ModelFile {
  /// Returns √(Σ (value in `other` − value)² ÷ Σ value²) of the reals that a constant of each file
  /// stands for; nil where one has no reals, or shapes differ by more than ones.
  package func relativeError(
    of id: TensorID, in other: ModelFile, as otherID: TensorID
  ) throws -> Double? {
    guard let count = model[id].elementCount, count > 0,
      model[id].longDimensions == other.model[otherID].longDimensions,
      let values = model.reals(of: id, bytes),
      let others = other.model.reals(of: otherID, other.bytes)
    else { return nil }
    return try DataReader(values, file: bytes).relativeError(
      of: DataReader(others, file: other.bytes), count: count)
  }
}

extension Tensor {
  fileprivate var longDimensions: [Int32] { (shape ?? []).filter { $0 != 1 } }
}

extension Model {
  /// Returns the float32 values that a constant's stored data stands for; nil for sparse and
  /// incomplete data, and for other types than floats and integers of up to 16 bits with scales.
  fileprivate func reals(of id: TensorID, _ file: UnsafeRawBufferPointer) -> TensorData? {
    let tensor = self[id]
    guard let stored = data(of: id), tensor.sparsity == nil, let count = tensor.elementCount,
      let bytes = tensor.type.byteCount(elements: count), stored.count >= bytes
    else { return nil }
    switch tensor.type {
    case .float32: return stored
    case .float16:
      return .deferred(
        DeferredData(source: stored, transform: FromFloat16(), count: count * 4))
    default:
      let encoding = StoredIntegers(tensor) ?? blocks(of: id, count, file)
      return encoding?.values(of: stored, count: count)
    }
  }

  /// Returns the encoding of integers with a float16 scale for each block of a row.
  private func blocks(
    of id: TensorID, _ count: Int, _ file: UnsafeRawBufferPointer
  ) -> StoredIntegers? {
    guard case .blockwise(let blocks) = self[id].quantization?.details,
      subgraphs[id.subgraph].tensors.indices.contains(Int(blocks.scales)), blocks.blockSize > 0
    else { return nil }
    let place = TensorID(id.subgraph, blocks.scales)
    let size = count / Int(blocks.blockSize)
    guard self[place].type == .float16, self[place].elementCount == size,
      let reals = reals(of: place, file),
      let scales = try? DataReader(reals, file: file).floats(count: size)
    else { return nil }
    return StoredIntegers(self[id].type, blocks: Int(blocks.blockSize), scales)
  }
}
