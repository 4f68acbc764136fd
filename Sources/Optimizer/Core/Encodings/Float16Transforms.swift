import Kernels
import TFLite

/// float32 → float16, to nearest, ties to even.
struct ToFloat16: TensorTransform {
  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let target = output.baseAddress else { return }
    try source.withBytes(in: offset * 2..<(offset + output.count) * 2) { bytes in
      guard let values = bytes.baseAddress else { return }
      Float16Kernels.narrow(values, target, count: output.count / 2)
    }
  }
}

/// float16 → float32; exact.
struct FromFloat16: TensorTransform {
  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let target = output.baseAddress else { return }
    try source.withBytes(in: offset / 2..<(offset + output.count) / 2) { bytes in
      guard let halves = bytes.baseAddress else { return }
      Float16Kernels.widen(halves, target, count: output.count / 4)
    }
  }
}
