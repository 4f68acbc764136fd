import TFLite

extension OpKernel {
  /// Start, limit and step are scalars; the limit is not part of the result.
  static let range = OpKernel { preparation in
    for index in 0..<3 {
      let value = try preparation.known(index)
      try preparation.require(value.rank == 0, "input \(index) is not a scalar")
      try preparation.require(
        value.type == preparation.outputs.first??.type, "inputs and output have different types")
    }
    try preparation.requirePlain(preparation.inputs)
    switch try preparation.output().type {
    case .float32:
      return try preparation.rangeStages(
        Float.self, { $0 + $1 },
        count: { start, limit, step in Double(((limit - start) / step).magnitude.rounded(.up)) })
    case .int8: return try preparation.integerRange(Int8.self)
    case .int16: return try preparation.integerRange(Int16.self)
    case .int32: return try preparation.integerRange(Int32.self)
    case .int64: return try preparation.integerRange(Int64.self)
    case let type: throw preparation.unsupported(type)
    }
  }
}

extension Preparation {
  fileprivate func integerRange<Element: FixedWidthInteger & SignedInteger>(
    _ type: Element.Type
  ) throws -> [Stage] {
    try rangeStages(type, { $0 &+ $1 }, count: wholeSteps)
  }

  /// Computes elements by adding steps, as the runtime does.
  fileprivate func rangeStages<Element: Comparable & Numeric>(
    _ type: Element.Type, _ add: @escaping (Element, Element) -> Element,
    count: (_ start: Element, _ limit: Element, _ step: Element) -> Double
  ) throws -> [Stage] {
    let output = try output()
    let values = try (0..<3).map { try input($0).pointer(type)[0] }
    let (start, limit, step) = (values[0], values[1], values[2])
    try require(
      step > 0 && start <= limit || step < 0 && start >= limit,
      "no steps of \(step) lead from \(start) to \(limit)")
    let number = count(start, limit, step)
    guard let total = Int(exactly: number), total < 1 << 40 else {
      throw OperatorFault.invalid("the result would have \(number) elements")
    }
    try setShape([total])
    return .once {
      var value = start
      let elements = output.pointer(type)
      for index in 0..<output.count {
        elements[index] = value
        value = add(value, step)
      }
    }
  }
}

private func wholeSteps<Element: FixedWidthInteger>(
  _ start: Element, _ limit: Element, _ step: Element
) -> Double {
  let distance = (Double(limit) - Double(start)).magnitude
  return (distance / Double(step).magnitude).rounded(.up)
}
