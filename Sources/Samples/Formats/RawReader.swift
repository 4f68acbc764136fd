import Platform
import TFLite

/// Files of a tensor's bytes alone, little-endian, as in a model's buffer.
enum RawReader: SampleReader {
  static func arrays(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray] {
    let input = try SampleFile.only(inputs, source: path)
    let file = try SampleFile.open(path)
    defer { withExtendedLifetime(file) {} }
    let size = byteCount(of: input)
    guard size == file.bytes.count else {
      throw .wrongByteCount(input, source: path, expected: size, found: file.bytes.count)
    }
    return [try input.convert(array(file.bytes, for: input), source: path)]
  }

  /// The file's size must be a multiple of a sample's.
  static func columns(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn] {
    let file = try SampleFile.open(path)
    let input = try SampleFile.only(inputs, source: path)
    let size = byteCount(of: input)
    guard let size, size > 0, file.bytes.count % size == 0 else {
      throw .wrongByteCount(input, source: path, expected: size, found: file.bytes.count)
    }
    let samples = file.bytes.count / size
    return [
      BatchColumn(input, source: path, count: samples == 1 ? nil : samples) {
        index, source throws(SampleFault) in
        let range = index * size..<(index + 1) * size
        let array = array(UnsafeRawBufferPointer(rebasing: file.bytes[range]), for: input)
        file.releaseAround(range)
        return try input.convert(array, source: source)
      }
    ]
  }

  static func sentence(for input: SampleInput) -> String {
    "input '\(input.name)': bytes are \(input.type) \(SampleFault.text(input.defaultShape)), "
      + "little-endian"
  }

  /// Returns the bytes of a sample, or nil for types without a fixed size.
  private static func byteCount(of input: SampleInput) -> Int? {
    input.defaultShape.sizeProduct.flatMap(input.type.byteCount)
  }

  private static func array(
    _ bytes: UnsafeRawBufferPointer, for input: SampleInput
  ) -> DenseArray {
    let isBool = input.type == .bool
    return DenseArray(
      input.type, shape: input.defaultShape,
      bytes: isBool ? bytes.map { $0 == 0 ? 0 : 1 } : [UInt8](bytes))
  }
}
