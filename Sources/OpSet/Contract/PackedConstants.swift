import Synchronization
import TFLite

/// What interpreters of one model that run side by side made of its constants, once for all of them.
package final class PackedConstants: @unchecked Sendable {
  private struct Key: Hashable {
    let operation: TensorID
    let slot: Int
  }

  private let lock = Mutex<Void>(())
  /// Only under the lock.
  private var made: [Key: AnyObject] = [:]

  package init() {}

  /// Others wait while `make` runs: they would need the same memory.
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
