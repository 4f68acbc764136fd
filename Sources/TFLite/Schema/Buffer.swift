import FlatBuffers

/// A buffer of the model: a constant's bytes, or metadata.
///
/// An absent `data` means "no data"; an empty one makes a tensor constant and unloadable, so the two
/// differ. Data outside the FlatBuffer (`offset`, `size`) is resolved into `data` on reading.
package struct Buffer: Table, Sendable {
  package var data: TensorData?
  /// Placement outside the FlatBuffer; the writer decides it anew.
  var offset: UInt64 = 0
  var size: UInt64 = 0
  /// Equal keys share one place in the written file; the writer sets it.
  var key = 0
  /// Whether the data is written behind the FlatBuffer.
  var isOutside = false

  package init() {}

  package init(_ data: TensorData?) { self.data = data }

  package mutating func visit(_ v: inout Visitor) {
    var blob: Blob?
    if !v.isReading, !isOutside, let data {
      blob = Blob(range: 0..<data.count, key: key)
    }
    v.blob(0, "data", &blob, alignment: 16)
    if v.isReading { data = blob.map { .file($0.range) } }
    v.scalar(1, "offset", &offset)
    v.scalar(2, "size", &size)
  }
}

extension Buffer: Equatable {
  /// Compares the data alone, not its place in a file.
  package static func == (a: Buffer, b: Buffer) -> Bool { a.data == b.data }
}
