import TFLite

extension OpKernel {
  /// A tensor of the shape that input 0 tells, full of the scalar input 1.
  static let fill = OpKernel { preparation in
    let shape = try preparation.integers(0)
    let value = try preparation.input(1)
    let output = try preparation.output()
    try preparation.require(value.count == 1, "a value of shape \(value.shape), expected a scalar")
    try preparation.require(
      output.type == value.type, "an output of type \(output.type), expected \(value.type)")
    try preparation.setShape(shape)
    switch value.type.bits {
    case 8: return preparation.fillStages(value, output, UInt8.self)
    case 16: return preparation.fillStages(value, output, UInt16.self)
    case 32: return preparation.fillStages(value, output, UInt32.self)
    case 64: return preparation.fillStages(value, output, UInt64.self)
    default: throw preparation.unsupported(value.type)
    }
  }

  static let zerosLike = OpKernel { preparation in
    let output = try preparation.output()
    let input = try preparation.input(0)
    try preparation.require(
      output.type == input.type, "an output of type \(output.type), expected \(input.type)")
    try preparation.setShape(input.shape)
    return [
      .once { output.base.initializeMemory(as: UInt8.self, repeating: 0, count: output.byteCount) }
    ]
  }

  /// Start, limit and step are scalars; the limit is left out.
  static let range = OpKernel { preparation in
    for index in 0..<3 {
      let value = try preparation.known(index)
      try preparation.require(value.rank == 0, "input \(index) is not a scalar")
      try preparation.require(
        value.type == preparation.outputs.first??.type, "inputs and output of several types")
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

  /// The same bytes as another type; a wider type takes up the last dimension, a narrower one adds
  /// one.
  static let bitcast = OpKernel { preparation in
    let input = try preparation.input(0)
    let output = try preparation.output()
    guard let from = input.type.bits, let to = output.type.bits, from % 8 == 0, to % 8 == 0 else {
      throw preparation.unsupported(input.type)
    }
    var shape = input.shape
    if from > to {
      shape.append(from / to)
    } else if from < to {
      try preparation.require(
        shape.last == to / from, "the last dimension of \(shape) is not \(to / from)")
      shape.removeLast()
    }
    try preparation.setShape(shape)
    preparation.alias()
    return []
  }
}

extension Preparation {
  fileprivate func fillStages<Element>(
    _ value: Value, _ output: Value, _ type: Element.Type
  ) -> [Stage] {
    flatStages(count: output.count) { start, count in
      (output.pointer(type) + start).update(repeating: value.pointer(type)[0], count: count)
    }
  }

  fileprivate func integerRange<Element: FixedWidthInteger & SignedInteger>(
    _ type: Element.Type
  ) throws -> [Stage] {
    try rangeStages(type, { $0 &+ $1 }, count: wholeSteps)
  }

  /// Elements are made by adding steps, as the runtime does.
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
      throw OperatorFault.invalid("\(number) elements")
    }
    try setShape([total])
    return [
      .once {
        var value = start
        let elements = output.pointer(type)
        for index in 0..<output.count {
          elements[index] = value
          value = add(value, step)
        }
      }
    ]
  }
}

private func wholeSteps<Element: FixedWidthInteger>(
  _ start: Element, _ limit: Element, _ step: Element
) -> Double {
  let distance = (Double(limit) - Double(start)).magnitude
  return (distance / Double(step).magnitude).rounded(.up)
}
