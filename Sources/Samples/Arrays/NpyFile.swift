import TFLite

/// npy, numpy's format for one array.
package enum NpyFile {
  /// Reads a whole npy file of version 1, 2 or 3, little or big endian, in C or Fortran order.
  ///
  /// Text (`S`, `U`) becomes a string tensor in UTF-8 without its trailing NULs. `source` names the
  /// bytes in errors.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer, source: String = "the npy data"
  ) throws(SampleFault) -> DenseArray {
    do throws(NpyProblem) {
      return try NpyElements(NpyHeader(bytes), in: bytes).whole()
    } catch {
      throw .badArray(source: source, error)
    }
  }

  /// Returns the file that `numpy.save` writes for `array`; strings are written as `S`, so NULs at
  /// their end are lost.
  package static func bytes(of array: DenseArray) throws(SampleFault) -> [UInt8] {
    guard array.type == .string else {
      guard let descr = NpyType.text(for: array.type) else { throw .unwritableType(array.type) }
      return header(descr, array.shape) + array.bytes
    }
    guard let texts = PackedText.unpack(array.bytes) else { throw .badText }
    let (bytes, size) = NpyText.padded(texts)
    return header("|S\(size)", array.shape) + bytes
  }

  private static func header(_ descr: String, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // numpy leaves room for the first size to grow to 21 digits.
    if let first = shape.first { text += spaces(21 - "\(first)".utf8.count) }
    let fixed = NpyHeader.signature.count + 4
    text += spaces(64 - (fixed + text.utf8.count + 1) % 64) + "\n"
    // Version 1 counts 65,535 bytes of header; no array has as many axes.
    let length = UInt16(clamping: text.utf8.count)
    return NpyHeader.signature + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }

  private static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}
