/// Runs `body` on a copy of `source` that begins `offset` bytes behind an aligned address, and gives
/// `count` results of type `Output`, written at `offset` too. Traps in `body` aside, writing around
/// the results is seen: the bytes there must keep their value.
func converted<Input: BitwiseCopyable, Output: BitwiseCopyable>(
  _ source: ArraySlice<Input>, as type: Output.Type, offset: Int,
  _ body: (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void
) -> (values: [Output], keepsBounds: Bool) {
  let guardBytes = 64
  let size = source.count * MemoryLayout<Output>.stride
  let input = UnsafeMutableRawBufferPointer.allocate(
    byteCount: source.count * MemoryLayout<Input>.stride + offset + 1, alignment: 64)
  let output = UnsafeMutableRawBufferPointer.allocate(
    byteCount: size + offset + 2 * guardBytes, alignment: 64)
  defer {
    input.deallocate()
    output.deallocate()
  }
  output.initializeMemory(as: UInt8.self, repeating: 0xA5)
  Array(source).withUnsafeBytes {
    UnsafeMutableRawBufferPointer(rebasing: input[offset...]).copyMemory(from: $0)
  }
  guard let from = input.baseAddress, let to = output.baseAddress else { return ([], false) }
  body(from + offset, to + guardBytes + offset, source.count)
  let end = guardBytes + offset + size
  let around =
    output[..<(guardBytes + offset)].allSatisfy { $0 == 0xA5 }
    && output[end...].allSatisfy { $0 == 0xA5 }
  return (
    (0..<source.count).map {
      (to + guardBytes + offset).loadUnaligned(
        fromByteOffset: $0 * MemoryLayout<Output>.stride, as: Output.self)
    }, around
  )
}
