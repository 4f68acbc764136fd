/// Reading and writing whole FlatBuffers.
package enum FlatBuffer {
  package struct Reading<Root> {
    package var root: Root
    /// The end of everything that the root reaches.
    package var end: Int
    /// Paths of the unknown fields that were dropped, if the limits allow that.
    package var dropped: [String]
    /// The byte ranges that were read, if the limits ask for them.
    package var extents: [Extent]
  }

  /// Reads the root table of `bytes`. Throws the first failure with its path and file offset.
  package static func read<Root: Table>(
    _ type: Root.Type, from bytes: UnsafeRawBufferPointer, limits: ReadLimits
  ) throws(ReadFailure) -> Reading<Root> {
    var visitor = Visitor(reading: bytes, limits: limits)
    let root = visitor.readRoot(type)
    if let failure = visitor.reader.failure { throw failure }
    return Reading(
      root: root ?? Root(), end: visitor.reader.end, dropped: visitor.reader.dropped,
      extents: visitor.reader.extents)
  }

  /// Serializes `root`; `identifier` is the four-byte file identifier. With `isPacked` less is padded,
  /// and strings are scattered.
  package static func layout<Root: Table>(
    _ root: Root, identifier: String, isPacked: Bool = false
  ) -> Layout {
    var visitor = Visitor()
    var root = root
    visitor.writer.beginTable()
    root.visit(&visitor)
    visitor.writer.endRoot()
    return visitor.writer.layout(identifier: Array(identifier.utf8), isPacked: isPacked)
  }
}
