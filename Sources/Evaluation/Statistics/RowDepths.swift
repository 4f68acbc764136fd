import OpSet
import TFLite

/// Tensors that only SOFTMAX reads, and how far below the greatest of its row a value still counts
/// there.
struct RowDepths {
  private let depths: [TensorID: Float]

  /// If the greatest value of a row is this far below the sample's, a mask covers the whole row:
  /// scores differ by less, and masks are lower.
  private static let depthOfMask: Float = 1024

  init(_ model: Model) {
    var depths: [TensorID: Float] = [:]
    for (index, subgraph) in model.subgraphs.enumerated() {
      let graph = Graph(model, subgraph: index)
      for entry in subgraph.operators {
        guard case .nearGreatest? = OpSet.spec(for: model.kind(of: entry))?.valueUse,
          let input = entry.inputs?.first, input >= 0, !graph.isOutput[Int(input)],
          graph.uses[Int(input)].count == 1
        else { continue }
        let beta = entry.builtinOptions?[Softmax.beta] ?? 0
        if beta > 0 { depths[TensorID(index, input)] = ValueUse.depth / beta }
      }
    }
    self.depths = depths
  }

  /// Returns the elements, with those that are too low to count raised to their row's floor, and
  /// without fully masked rows if `leavesMasked`. Nil if all elements count.
  func raised(_ value: Value, leavesMasked: Bool) -> [Float]? {
    guard value.type == .float32, let width = value.shape.last else { return nil }
    let values = UnsafeBufferPointer(start: value.floats, count: value.count)
    guard let floors = floors(of: value.id, values, width: width) else { return nil }
    let raised = values.raised(to: floors, width: width)
    let lowest = (floors.lazy.filter(\.isFinite).max() ?? 0) - Self.depthOfMask
    guard leavesMasked, floors.contains(where: { $0 < lowest }) else { return raised }
    return floors.indices.filter { floors[$0] >= lowest }
      .flatMap { raised[$0 * width..<($0 + 1) * width] }
  }

  /// Returns for each row the value to which its elements are raised; nil if all elements of the
  /// tensor count, or none is finite.
  func floors(of id: TensorID, _ values: some RandomAccessCollection<Float>, width: Int) -> [Float]?
  {
    guard let depth = depths[id], width > 0, values.contains(where: \.isFinite) else { return nil }
    return stride(from: 0, to: values.count - width + 1, by: width).map { start in
      let row = values.dropFirst(start).prefix(width)
      return (row.lazy.filter(\.isFinite).max() ?? -.infinity) - depth
    }
  }
}

extension RandomAccessCollection<Float> {
  /// Returns the elements; those below their row's floor are raised to it.
  func raised(to floors: [Float], width: Int) -> [Float] {
    zip(self, 0...).map { value, index in
      let floor = floors[Swift.min(index / width, floors.count - 1)]
      return value < floor ? floor : value
    }
  }
}
