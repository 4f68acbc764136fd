import OpSet

/// A copy of the values that the rest of a run reads, to go on from, more than once or elsewhere.
package struct Snapshot: Sendable {
  /// Of the model's inputs.
  let shapes: [[Int]]
  /// Indices of the values.
  private let tensors: [Int]
  /// The values' bytes, one after the other.
  private let bytes: [UInt8]

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
  /// Whether a run of the shapes that are prepared can go on from a snapshot.
  package var isResumable: Bool { main.isResumable }

  /// Runs some of the main subgraph's operators, on what those before them left.
  package func run(_ operators: Range<Int>, observing observer: Observer? = nil) throws {
    try main.requirePreparation()
    try observed(by: observer) { try main.run(operators) }
  }

  /// Calls `observer` for an operator as if it had just run.
  package func show(_ position: Int, to observer: @escaping Observer) throws {
    guard main.nodes[position].mode == .ready else { return }
    try observed(by: observer) { try observe(main.nodes[position]) }
  }

  /// What operators behind one of the main subgraph read, now that it has run; nil for more bytes than
  /// `most`.
  package func snapshot(after position: Int, most: Int = .max) -> Snapshot? {
    let values = main.live(after: position)
    guard values.reduce(0, { $0 + $1.byteCount }) <= most else { return nil }
    return Snapshot(values, shapes: inputs.indices.map(shape(ofInput:)))
  }

  /// Makes the main subgraph as it was, in this interpreter or another of the same model.
  package func restore(_ snapshot: Snapshot) throws {
    try resize(snapshot.shapes)
    snapshot.restore(main.values)
  }
}
