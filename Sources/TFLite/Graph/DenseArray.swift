/// A tensor's value outside a model: what samples hold, and what running a model takes and gives.
package struct DenseArray: Equatable, Sendable {
  package var type: TensorType
  package var shape: [Int]
  /// Row-major, little-endian, as in a model's buffer; strings as the runtime packs them: count,
  /// offsets and end as int32, then the characters.
  package var bytes: [UInt8]

  /// `bytes.count` must be what type and shape ask for, except for strings.
  package init(_ type: TensorType, shape: [Int], bytes: [UInt8]) {
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  package var elementCount: Int { shape.reduce(1, *) }
}
