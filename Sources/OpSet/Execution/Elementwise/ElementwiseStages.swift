import TFLite

extension Preparation {
  /// Stages that work on elements `start..<start + count`, in tiles where that is worth it.
  func flatStages(
    count: Int, cost: Int = 1, _ body: @escaping (_ start: Int, _ count: Int) -> Void
  ) -> [Stage] {
    guard count > 0 else { return [] }
    let parts = Tiling.parts(of: count, operations: count * cost)
    return .tiles(parts) { tile, _ in
      let range = Tiling.range(tile, of: parts, count: count)
      body(range.lowerBound, range.count)
    }
  }

  func unsupported(_ type: TensorType) -> OperatorFault {
    .unsupported("there is no kernel for inputs of type \(type)")
  }

  /// Throws `.unsupported` if a value is quantized.
  func requirePlain(_ values: [Value?]) throws {
    for case let value? in values where value.tensor.quantization?.isQuantized == true {
      throw OperatorFault.unsupported("there is no kernel for quantized \(value.type)")
    }
  }
}

extension Preparation {
  /// Returns the stages of out[i] = function(in[i]), where the output has the input's shape.
  @inline(__always)
  func map<Element, Result>(
    _ input: Value, _ type: Element.Type, to result: Result.Type, cost: Int = 1,
    _ function: @escaping (Element) -> Result
  ) throws -> [Stage] {
    let output = try output()
    try setShape(input.shape)
    if MemoryLayout<Element>.size == MemoryLayout<Result>.size { allowOverwriting(input: 0) }
    // The compiler inlines the function only in a separate closure.
    let run = { (elements: UnsafePointer<Element>, results: UnsafeMutablePointer<Result>, count) in
      for index in 0..<count { results[index] = function(elements[index]) }
    }
    return flatStages(count: input.count, cost: cost) { start, count in
      run(input.pointer(type) + start, output.pointer(result) + start, count)
    }
  }
}
