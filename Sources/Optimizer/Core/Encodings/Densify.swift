import Platform
import TFLite

/// A sparse constant → the dense tensor.
///
/// The decoded tensor is kept until `releaseMemory`, so that a pass over the data in parts decodes
/// once.
final class Densify: TensorTransform {
  private let decoder: SparseDecoder
  private let decoded = Mutex<[UInt8]?>(nil)

  init(_ decoder: SparseDecoder) { self.decoder = decoder }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let dense = try decoded.withLock { kept in
      if let kept { return kept }
      let fresh = try source.withBytes(in: 0..<source.count) { decoder.decoded($0) }
      kept = fresh
      return fresh
    }
    dense.withUnsafeBytes {
      output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + output.count]))
    }
  }

  func releaseMemory() { decoded.withLock { $0 = nil } }
}
