import TFLite

/// A sample that is just the bytes of a tensor, little-endian, as a model's buffer has them.
enum RawSample {
  /// Nil for types without a fixed size.
  static func byteCount(of input: SampleInput) -> Int? {
    var elements = 1
    for size in input.defaultShape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      elements = product
    }
    return input.type.byteCount(elements: elements)
  }

  static func array(_ bytes: UnsafeRawBufferPointer, for input: SampleInput) -> DenseArray {
    let isBool = input.type == .bool
    return DenseArray(
      input.type, shape: input.defaultShape,
      bytes: isBool ? bytes.map { $0 == 0 ? 0 : 1 } : [UInt8](bytes))
  }
}
