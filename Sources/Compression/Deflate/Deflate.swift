/// Raw DEFLATE streams (RFC 1951, no zlib or gzip header) of bytes that are all in memory.
///
/// The result depends on the input and the level only, never on the host.
package enum Deflate {
  /// Returns the number of bytes of the compressed stream without storing it.
  package static func size(of bytes: UnsafeRawBufferPointer, level: DeflateLevel) -> Int {
    var encoder = DeflateEncoder(level: level, keepsOutput: false)
    encoder.append(bytes)
    return encoder.finish().count
  }

  /// Returns the compressed stream.
  package static func compress(_ bytes: UnsafeRawBufferPointer, level: DeflateLevel) -> [UInt8] {
    var encoder = DeflateEncoder(level: level, keepsOutput: true)
    encoder.append(bytes)
    return encoder.finish().bytes
  }
}
