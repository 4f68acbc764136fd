import TFLite

/// Values that passes leave for later ones and for the results of steps, at most one of each type.
///
/// A feature declares a type of its own and needs no place in what all passes share.
struct Findings: Sendable {
  private var values: [ObjectIdentifier: any Sendable] = [:]

  subscript<Finding: Sendable>(type: Finding.Type) -> Finding? {
    get { values[ObjectIdentifier(type)] as? Finding }
    set { values[ObjectIdentifier(type)] = newValue }
  }

  subscript<Finding: Sendable>(
    type: Finding.Type, default standard: @autoclosure () -> Finding
  ) -> Finding {
    get { self[type] ?? standard() }
    set { self[type] = newValue }
  }
}

/// Constants that are to be stored without their zeros at the end.
struct SparseRequest: Sendable {
  var weights: Set<TensorID> = []
}
