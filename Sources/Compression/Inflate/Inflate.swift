/// A decompressor for raw DEFLATE streams (RFC 1951) that is safe with hostile input.
package enum Inflate {
  /// Returns the decompressed bytes of the stream at the start of `bytes`.
  ///
  /// Bytes after the stream's last block are ignored. Memory is bounded by about twice `maxOutput`.
  package static func decompress(
    _ bytes: UnsafeRawBufferPointer, maxOutput: Int
  ) throws(InflateError) -> [UInt8] {
    try decompressPrefix(of: bytes, maxOutput: maxOutput).bytes
  }

  /// Passes the decompressed bytes to `receive`, part by part. If it returns false, throws
  /// `stopped`. The memory does not depend on the number of bytes.
  package static func stream(
    _ bytes: UnsafeRawBufferPointer, maxOutput: Int,
    to receive: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(InflateError) {
    var decoder = InflateDecoder(bytes, maxOutput: maxOutput, receive)
    try decoder.run()
    try decoder.finish()
  }

  /// Returns the decompressed bytes and how many bytes the stream at the start of `bytes` takes.
  package static func decompressPrefix(
    of bytes: UnsafeRawBufferPointer, maxOutput: Int
  ) throws(InflateError) -> (bytes: [UInt8], consumed: Int) {
    var decoder = InflateDecoder(bytes, maxOutput: maxOutput)
    try decoder.run()
    return (decoder.output.bytes, decoder.input.consumed)
  }
}
