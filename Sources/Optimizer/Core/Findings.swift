import TFLite

/// Values that passes leave for later passes and for the results of steps, at most one of each
/// type.
///
/// A feature declares a type of its own, so the struct that all passes share needs no field for it.
package struct Findings: Sendable {
  private var values: [ObjectIdentifier: any Sendable] = [:]

  package subscript<Finding: Sendable>(type: Finding.Type) -> Finding? {
    get { values[ObjectIdentifier(type)] as? Finding }
    set { values[ObjectIdentifier(type)] = newValue }
  }

  package subscript<Finding: Sendable>(
    type: Finding.Type, default standard: @autoclosure () -> Finding
  ) -> Finding {
    get { self[type] ?? standard() }
    set { self[type] = newValue }
  }
}

/// Constants that are to be stored sparse at the end.
struct SparseRequest: Sendable {
  var weights: Set<TensorID> = []
}
