import Platform
import TFLite

/// Packed constants of one model, shared by the interpreters that run it side by side.
package final class PackedConstants: @unchecked Sendable {
  private struct Key: Hashable {
    let operation: TensorID
    let slot: Int
  }

  private let lock = Mutex<Void>(())
  /// Only under the lock.
  private var made: [Key: AnyObject] = [:]

  package init() {}

  /// Other threads wait while `make` runs: packing twice would take twice the memory.
  func packed<Packed: AnyObject>(
    _ operation: TensorID, slot: Int, _ make: () throws -> Packed
  ) throws -> Packed {
    nonisolated(unsafe) var found: Packed?
    try lock.withLock { _ in
      let key = Key(operation: operation, slot: slot)
      let packed = try made[key] as? Packed ?? make()
      made[key] = packed
      found = packed
    }
    guard let found else { preconditionFailure("not made") }
    return found
  }
}
