import TFLite

extension OpKernel {
  /// Fills a tensor of the shape in input 0 with the scalar in input 1.
  static let fill = OpKernel { preparation in
    let shape = try preparation.integers(0)
    let value = try preparation.input(1)
    let output = try preparation.output()
    try preparation.require(value.count == 1, "a value of shape \(value.shape), expected a scalar")
    try preparation.requireSameType(output, as: value)
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
    try preparation.requireSameType(output, as: input)
    try preparation.setShape(input.shape)
    return .once {
      output.base.initializeMemory(as: UInt8.self, repeating: 0, count: output.byteCount)
    }
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
}
