import OpSet

/// A copy of the values that the rest of a run reads. The run can be continued from it several
/// times, also in another interpreter.
package struct Snapshot: Sendable {
  /// The shapes of the subgraph's inputs.
  let shapes: [[Int]]
  /// Indices of the values.
  private let tensors: [Int]
  /// The values' bytes, one after the other.
  private let bytes: [UInt8]

  var byteCount: Int { bytes.count }

  init(_ values: [Value], shapes: [[Int]]) {
    self.shapes = shapes
    tensors = values.map(\.id.index)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.reduce(0) { $0 + $1.byteCount })
    for value in values { bytes += value.bytes }
    self.bytes = bytes
  }

  /// `values` are all values of the subgraph.
  func restore(_ values: [Value]) {
    bytes.withUnsafeBytes { source in
      guard var next = source.baseAddress else { return }
      for tensor in tensors {
        values[tensor].base.copyMemory(from: next, byteCount: values[tensor].byteCount)
        next += values[tensor].byteCount
      }
    }
  }
}

extension Interpreter {
  /// Whether a run with the prepared shapes can continue from a snapshot.
  package var isResumable: Bool { main.isResumable }

  /// Runs some operators of the main subgraph on the values that the operators before them left.
  package func run(_ operators: Range<Int>, observing observer: Observer? = nil) throws {
    try deadline?.check()
    try main.requirePreparation()
    try observed(by: observer) { try main.run(operators) }
  }

  /// Calls `observer` for an operator as if it had just run.
  package func show(_ position: Int, to observer: @escaping Observer) throws {
    guard main.nodes[position].mode == .ready else { return }
    try observed(by: observer) { try observe(main.nodes[position]) }
  }

  /// Returns the values that operators after a position of the main subgraph read, after it has
  /// run; nil if they take more bytes than `most`.
  package func snapshot(after position: Int, most: Int = .max) -> Snapshot? {
    let values = main.live(after: position)
    guard values.reduce(0, { $0 + $1.byteCount }) <= most else { return nil }
    return Snapshot(values, shapes: inputs.indices.map(shape(ofInput:)))
  }

  /// Restores the state of the main subgraph, in this interpreter or another one of the same model.
  package func restore(_ snapshot: Snapshot) throws {
    try resize(snapshot.shapes)
    snapshot.restore(main.values)
  }
}
