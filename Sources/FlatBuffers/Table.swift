/// A FlatBuffer table described once: `visit` names each field, in slot order, and serves reading
/// and writing alike.
///
/// A scalar that equals its default is omitted on writing. Everything else that is present in the
/// value is written, so a value that was read and not changed gives the same tree again.
package protocol Table {
  init()
  mutating func visit(_ visitor: inout Visitor)
}

/// The bytes of a vector that is too large to copy: on reading, its range in the file; on writing,
/// its length and the other vector whose place it may share.
package struct Blob: Equatable, Sendable {
  /// The bytes' place in the file that was read, or `count` as the upper bound when writing.
  package var range: Range<Int>
  /// Blobs with an equal key are stored once.
  package var key: Int

  package init(range: Range<Int>, key: Int) {
    self.range = range
    self.key = key
  }
}
