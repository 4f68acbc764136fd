import Optimizer
import TFLite

/// Values of constants, which rules ask for.
extension GraphEditor {
  func bytes(_ tensor: Int32) throws -> [UInt8]? {
    guard isConstant(tensor), let data = model.data(of: id(tensor)) else { return nil }
    let reader = job.reader(data)
    defer { reader.releaseMemory() }
    return try reader.withBytes(in: 0..<data.count) { [UInt8]($0) }
  }

  /// Returns the values of a constant with sizes, axes or indices.
  func integers(_ tensor: Int32) throws -> [Int]? {
    guard tensor >= 0, isConstant(tensor), let count = self.tensor(tensor).elementCount,
      count <= 256, let bytes = try bytes(tensor)
    else { return nil }
    switch self.tensor(tensor).type {
    case .int32 where bytes.count >= 4 * count:
      return bytes.withUnsafeBytes { raw in
        (0..<count).map { Int(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
      }
    case .int64 where bytes.count >= 8 * count:
      return bytes.withUnsafeBytes { raw in
        (0..<count).map { Int(raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
      }
    default: return nil
    }
  }

  /// Returns the values of a dense float constant.
  func floats(_ tensor: Int32) throws -> [Float]? {
    guard tensor >= 0, isFloat(tensor), isConstant(tensor), self.tensor(tensor).sparsity == nil,
      let count = self.tensor(tensor).elementCount, let data = model.data(of: id(tensor)),
      data.count >= 4 * count
    else { return nil }
    return try job.floats(data, count: count)
  }

  /// Returns the value of a float constant that is the same everywhere.
  func scalar(_ tensor: Int32) throws -> Float? {
    guard tensor >= 0, let count = self.tensor(tensor).elementCount, count > 0, count <= 1 << 20,
      let values = try floats(tensor), values.allSatisfy({ $0 == values[0] })
    else { return nil }
    return values[0]
  }
}
