import TFLite

extension [UInt8] {
  /// Returns as many whole elements as there are.
  package func elements<T: BitwiseCopyable>(_ type: T.Type) -> [T] {
    elements(type, from: 0, count: count / MemoryLayout<T>.stride)
  }

  /// Returns elements from byte `start` on.
  package func elements<T: BitwiseCopyable>(_ type: T.Type, from start: Int, count: Int) -> [T] {
    withUnsafeBytes { bytes in
      (0..<count).map {
        bytes.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<T>.stride, as: T.self)
      }
    }
  }

  package init<T: BitwiseCopyable>(of elements: [T]) {
    self = elements.withUnsafeBytes { Array($0) }
  }
}

extension DenseArray {
  package static func floats(_ values: [Float], _ shape: [Int]) -> DenseArray {
    DenseArray(.float32, shape: shape, bytes: [UInt8](of: values))
  }

  package static func doubles(_ values: [Double], _ shape: [Int]) -> DenseArray {
    DenseArray(.float64, shape: shape, bytes: [UInt8](of: values))
  }

  package static func ints(_ values: [Int32], _ shape: [Int]) -> DenseArray {
    DenseArray(.int32, shape: shape, bytes: [UInt8](of: values))
  }

  package static func longs(_ values: [Int64], _ shape: [Int]) -> DenseArray {
    DenseArray(.int64, shape: shape, bytes: [UInt8](of: values))
  }

  /// The elements of a float32 array.
  package var floats: [Float] { bytes.elements(Float.self) }
}
