import TFLite

extension Preparation {
  /// Stages that work on elements `start..<start + count`, in tiles where that is worth it.
  func flatStages(
    count: Int, cost: Int = 1, _ body: @escaping (_ start: Int, _ count: Int) -> Void
  ) -> [Stage] {
    guard count > 0 else { return [] }
    let parts = Tiling.parts(of: count, operations: count * cost)
    return [
      .tiles(parts) { tile, _ in
        let range = Tiling.range(tile, of: parts, count: count)
        body(range.lowerBound, range.count)
      }
    ]
  }

  func unsupported(_ type: TensorType) -> OperatorFault {
    .unsupported("there is no kernel for inputs of type \(type)")
  }

  /// The values are not quantized; `.unsupported` if they are.
  func requirePlain(_ values: [Value?]) throws {
    for case let value? in values where value.tensor.quantization?.isQuantized == true {
      throw OperatorFault.unsupported("there is no kernel for quantized \(value.type)")
    }
  }
}
