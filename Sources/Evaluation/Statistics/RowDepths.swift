import OpSet
import TFLite

/// Tensors of which SOFTMAX alone reads values, and how far below the greatest of its row a value
/// still counts there.
struct RowDepths {
  private let depths: [TensorID: Float]

  /// Rows whose greatest value lies so far below the sample's have no place that a mask leaves free:
  /// scores differ by less, and masks lie lower.
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

  /// Returns the value's elements with those raised that lie too low to count, and without rows that
  /// are masked as a whole if `leavesMasked`; nil where all elements count.
  func raised(_ value: Value, leavesMasked: Bool) -> [Float]? {
    guard let depth = depths[value.id], value.type == .float32, let width = value.shape.last,
      width > 0
    else { return nil }
    let values = UnsafeBufferPointer(start: value.floats, count: value.count)
    let finite = values.lazy.filter(\.isFinite)
    guard let greatest = finite.max() else { return nil }
    var raised: [Float] = []
    raised.reserveCapacity(values.count)
    for start in stride(from: 0, to: values.count, by: width) {
      let row = values[start..<start + width]
      let top = row.lazy.filter(\.isFinite).max() ?? -.infinity
      if leavesMasked, top < greatest - Self.depthOfMask { continue }
      let floor = top - depth
      raised += row.lazy.map { $0 < floor ? floor : $0 }
    }
    return raised
  }
}
