import OpSet
import TFLite

/// Keeps the bytes of known values only as long as somebody needs them: packed weights are not held
/// twice.
struct KnownValues {
  private var readers: [TensorID: Int] = [:]
  private var needed: [TensorID: Value] = [:]

  private let keepsAll: Bool

  /// `reads` has a value once for each operand that reads it. `keepsAll`: others read values between
  /// runs.
  init(_ reads: [Value], outputs: [Value], keepsAll: Bool) {
    self.keepsAll = keepsAll
    for value in reads { readers[value.id, default: 0] += 1 }
    for value in outputs { readers[value.id, default: 0] += 1 }
    for value in outputs { needed[value.id] = value }
  }

  /// Frees constants that the operator packed and that no other operator reads.
  mutating func release(after node: Node, _ file: ModelFile) {
    for (index, input) in node.inputs.enumerated() {
      guard let value = input, value.isKnown else { continue }
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

  /// Makes what operators read while they run.
  func materialize() throws {
    for id in needed.keys.sorted() {
      if let value = needed[id], value.isKnown { try value.materialize?() }
    }
  }
}
