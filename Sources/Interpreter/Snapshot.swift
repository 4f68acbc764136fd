import OpSet

/// A copy of the values that the rest of a run reads, to go on from more than once.
package final class Snapshot {
  private var values: [Value] = []
  /// The values' bytes, one after the other.
  private var bytes: [UInt8] = []

  package init() {}

  func save(_ values: [Value]) {
    self.values = values
    bytes.removeAll(keepingCapacity: true)
    for value in values { bytes += value.bytes }
  }

  func restore() {
    bytes.withUnsafeBytes { source in
      guard var next = source.baseAddress else { return }
      for value in values {
        value.base.copyMemory(from: next, byteCount: value.byteCount)
        next += value.byteCount
      }
    }
  }
}
