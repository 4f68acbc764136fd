import OpSet
import TFLite

/// Keeps the bytes of known values only as long as they are needed, so that packed weights are not
/// stored twice.
struct KnownValues {
  private var readers: [TensorID: Int] = [:]
  private var needed: [TensorID: Value] = [:]

  private let keepsAll: Bool

  /// `reads` has a value once for each operand that reads it. `keepsAll` is true if values are read
  /// between runs.
  init(_ reads: [Value], outputs: [Value], keepsAll: Bool) {
    self.keepsAll = keepsAll
    for value in reads { readers[value.id, default: 0] += 1 }
    for value in outputs { readers[value.id, default: 0] += 1 }
    for value in outputs { needed[value.id] = value }
  }

  /// Frees constants that the operator packed and no other operator reads.
  mutating func release(after node: Node, _ file: ModelFile) {
    for (index, input) in node.inputs.enumerated() {
      guard let value = input, value.isKnown else { continue }
      // Results that are still to be made keep what they are made from.
      if node.mode == .folded, node.outputs.contains(where: { $0?.materialize != nil }) { continue }
      let isFree = node.mode == .folded || node.preparation.consumed.contains(index)
      guard isFree, !keepsAll else {
        needed[value.id] = value
        continue
      }
      readers[value.id, default: 1] -= 1
      guard readers[value.id] == 0, node.mode != .folded else { continue }
      release(value, file)
    }
  }

  private func release(_ value: Value, _ file: ModelFile) {
    guard let start = file.bytes.baseAddress else { return }
    let offset = UnsafeRawPointer(value.base) - start
    if offset >= 0, offset < file.bytes.count {
      file.file.release(offset..<offset + value.byteCount)
    } else {
      value.disown()
    }
  }

  /// Makes the values that operators read while they run.
  func materialize() throws {
    for id in needed.keys.sorted() {
      if let value = needed[id], value.isKnown { try value.materialize?() }
    }
  }
}
