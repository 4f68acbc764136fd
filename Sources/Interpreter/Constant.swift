import OpSet
import TFLite

/// A tensor whose value is in the file.
struct Constant {
  let value: Value
  let data: TensorData
  /// Whether the constant is sparse but its readers need it dense.
  let isDecoded: Bool

  /// The size in bytes from which reading in parts is worth a copy.
  private static let large = 16 << 20

  /// Points the value at the file's bytes, or sets how they are made.
  func bind(_ file: ModelFile) throws {
    value.isKnown = true
    if value.tensor.sparsity != nil {
      do throws(SparsityFault) {
        _ = try SparseDecoder(value.tensor, storedBytes: data.count)
      } catch {
        throw InterpreterFault.sparsity(value.id, name: value.tensor.label, error)
      }
    }
    if data.count >= Self.large, value.tensor.sparsity == nil, value.type == .float32,
      data.count == value.byteCount
    {
      let reader = DataReader(data, file: file.bytes)
      value.read = { target, offset in
        try reader.fill(target, at: offset)
        reader.release(file.file, offset..<offset + target.count)
      }
    }
    let base = UnsafeMutableRawPointer(mutating: file.bytes.baseAddress!)
    if case .file(let range) = data, value.tensor.sparsity == nil || value.type == .string,
      range.upperBound + ArenaPlan.slack <= file.bytes.count
    {
      value.place(
        base + range.lowerBound,
        byteCount: value.type == .string ? range.count : min(range.count, value.byteCount))
      return
    }
    let size = value.byteCount
    value.materialize = { [unowned value, data, isDecoded] in
      value.materialize = nil
      value.own(max(data.count, size))
      try DataReader(data, file: file.bytes).fill(
        UnsafeMutableRawBufferPointer(start: value.base, count: data.count), at: 0)
      if value.tensor.sparsity != nil, isDecoded {
        let stored = UnsafeRawBufferPointer(start: value.base, count: data.count)
        let dense = try SparseDecoder(value.tensor, storedBytes: data.count).decoded(stored)
        dense.withUnsafeBytes { value.replace($0) }
      }
      if value.type != .string { value.place(value.base, byteCount: size) }
    }
  }
}
