import TFLite

extension OpKernel {
  /// Elements of input 1 where the condition holds, of input 2 elsewhere. The condition has their
  /// shape, or is a scalar or one bool for each row.
  static let select = OpKernel { preparation in
    let condition = try preparation.input(0)
    let chosen = try preparation.input(1)
    let other = try preparation.input(2)
    try preparation.require(
      chosen.shape == other.shape, "the shapes \(chosen.shape) and \(other.shape) differ")
    var shape = condition.shape
    if shape.count == 1, chosen.rank > 1, shape[0] == chosen.shape[0] {
      shape += [Int](repeating: 1, count: chosen.rank - 1)
    }
    let plan = try BroadcastPlan([shape, chosen.shape, other.shape])
    try preparation.require(
      plan.shape == chosen.shape,
      "a condition of shape \(condition.shape) does not fit \(chosen.shape)")
    return try preparation.selectStages(plan)
  }

  /// All three inputs are broadcast.
  static let selectV2 = OpKernel { preparation in
    let shapes = try (0..<3).map { try preparation.input($0).shape }
    return try preparation.selectStages(try BroadcastPlan(shapes))
  }

  /// The indices of elements that are not zero, row by row, in order.
  static let `where` = OpKernel { preparation in
    let input = try preparation.known(0)
    let output = try preparation.output()
    try preparation.requireType(output, .int64, what: "outputs")
    try preparation.require(input.rank > 0, "a scalar has no indices")
    switch input.type {
    case .bool, .uint8, .int8: return try preparation.whereStages(UInt8.self)
    case .int32, .uint32: return try preparation.whereStages(UInt32.self)
    case .int64: return try preparation.whereStages(Int64.self)
    case .float32: return try preparation.whereStages(Float.self)
    case let type: throw preparation.unsupported(type)
    }
  }
}

extension Preparation {
  fileprivate func selectStages(_ plan: BroadcastPlan) throws -> [Stage] {
    let condition = try input(0)
    let chosen = try input(1)
    let other = try input(2)
    let output = try output()
    try requireType(condition, .bool, what: "conditions")
    try require(
      chosen.type == other.type && output.type == chosen.type,
      "the types \(chosen.type), \(other.type) and, of the output, \(output.type) differ")
    try setShape(plan.shape)
    if chosen.shape == plan.shape { allowOverwriting(input: 1) }
    if other.shape == plan.shape { allowOverwriting(input: 2) }
    switch chosen.type.bits {
    case 8: return selectStages(plan, UInt8.self)
    case 16: return selectStages(plan, UInt16.self)
    case 32: return selectStages(plan, UInt32.self)
    case 64: return selectStages(plan, UInt64.self)
    default: throw unsupported(chosen.type)
    }
  }

  private func selectStages<Element: FixedWidthInteger>(
    _ plan: BroadcastPlan, _ type: Element.Type
  ) -> [Stage] {
    guard let condition = inputs[0], let chosen = inputs[1], let other = inputs[2],
      let output = outputs[0]
    else { return [] }
    let steps = plan.steps
    return plan.stages { offsets, count in
      let mask = condition.pointer(UInt8.self) + offsets[0]
      let a = chosen.pointer(type) + offsets[1]
      let b = other.pointer(type) + offsets[2]
      let target = output.pointer(type) + offsets[3]
      guard steps[0] == 1 else {
        let (source, step) = mask[0] != 0 ? (a, steps[1]) : (b, steps[2])
        guard step == 0 else { return target.update(from: source, count: count) }
        let value = source[0]
        for index in 0..<count { target[index] = value }
        return
      }
      // Separate loops, so that each is vectorized.
      switch (steps[1], steps[2]) {
      case (1, 1): for index in 0..<count { target[index] = mask[index] != 0 ? a[index] : b[index] }
      case (1, _):
        let value = b[0]
        for index in 0..<count { target[index] = mask[index] != 0 ? a[index] : value }
      case (_, 1):
        let value = a[0]
        for index in 0..<count { target[index] = mask[index] != 0 ? value : b[index] }
      default:
        let (first, second) = (a[0], b[0])
        for index in 0..<count { target[index] = mask[index] != 0 ? first : second }
      }
    }
  }

  fileprivate func whereStages<Element: Numeric>(_ type: Element.Type) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let elements = input.pointer(type)
    var found = 0
    for index in 0..<input.count where elements[index] != 0 { found += 1 }
    try setShape([found, input.rank])
    let shape = input.shape
    return .once {
      let elements = input.pointer(type)
      let indices = output.pointer(Int64.self)
      var row = 0
      for index in 0..<input.count where elements[index] != 0 {
        guard row < found else { return }
        var rest = index
        for axis in shape.indices.reversed() {
          indices[row &* shape.count &+ axis] = Int64(rest % shape[axis])
          rest /= shape[axis]
        }
        row &+= 1
      }
    }
  }
}
