import Builtin

/// An integer that threads read and change at the same time, in one order for all of them.
///
/// The `Atomic` of Swift's Synchronization would need macOS 15; it is made of the same instructions.
package final class AtomicInteger: Sendable {
  private nonisolated(unsafe) let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  package init(_ value: Int) { memory.initialize(to: value) }

  deinit { memory.deallocate() }

  package func load() -> Int { Int(Builtin.atomicload_seqcst_Int64(memory._rawValue)) }

  package func store(_ value: Int) {
    Builtin.atomicstore_seqcst_Int64(memory._rawValue, value._value)
  }

  /// Returns the value before.
  @discardableResult
  package func add(_ value: Int) -> Int {
    Int(Builtin.atomicrmw_add_seqcst_Int64(memory._rawValue, value._value))
  }

  /// Stores `desired` if the value is `expected`. Returns whether it was, and the value before.
  package func compareExchange(expected: Int, desired: Int) -> (isExchanged: Bool, original: Int) {
    let (original, isExchanged) = Builtin.cmpxchg_seqcst_seqcst_Int64(
      memory._rawValue, expected._value, desired._value)
    return (Bool(isExchanged), Int(original))
  }
}
