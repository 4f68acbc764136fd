import KernelTable
import TFLite

extension OpKernel {
  /// Reduces the axes that input 1 lists; no axes: a copy.
  static func reduction(
    isRaw: Bool = false, _ fold: @escaping @Sendable (TensorType, KernelTable) -> Fold?
  ) -> OpKernel {
    OpKernel { preparation in
      let (input, output) = try preparation.inputAndOutput()
      try preparation.requireSameType(output, as: input)
      guard let fold = fold(input.type, preparation.kernels) else {
        throw preparation.unsupported(input.type)
      }
      if !isRaw {
        try preparation.requirePlain([input, output])
      } else {
        try preparation.requireSameScale(input, output)
      }
      let plan = try preparation.reductionPlan()
      return preparation.stages(plan, fold, from: { UnsafeRawPointer(input.base) }) { output.base }
    }
  }

  static let reduceSum = OpKernel { preparation in
    try preparation.quantizedSum(isMean: false) ?? plainSum.prepare(preparation)
  }

  private static let plainSum = reduction { type, kernels in
    switch type {
    case .float32: .floatSum(kernels)
    case .int32: Fold(Int32.self, initial: 0) { $0 &+ $1 }
    case .int64: Fold(Int64.self, initial: 0) { $0 &+ $1 }
    default: nil
    }
  }

  static let reduceProduct = OpKernel { preparation in
    try preparation.quantizedProduct() ?? plainProduct.prepare(preparation)
  }

  private static let plainProduct = reduction { type, _ in
    switch type {
    case .float32: .floatProduct
    case .int32: Fold(Int32.self, initial: 1) { $0 &* $1 }
    case .int64: Fold(Int64.self, initial: 1) { $0 &* $1 }
    default: nil
    }
  }

  /// Quantized values are compared raw: the scales must be equal.
  static let reduceMaximum = reduction(isRaw: true) { type, _ in
    switch type {
    case .float32: .floatMaximum
    case .int8: Fold(Int8.self, initial: .min) { Swift.max($0, $1) }
    case .uint8: Fold(UInt8.self, initial: .min) { Swift.max($0, $1) }
    case .int16: Fold(Int16.self, initial: .min) { Swift.max($0, $1) }
    case .int32: Fold(Int32.self, initial: .min) { Swift.max($0, $1) }
    case .int64: Fold(Int64.self, initial: .min) { Swift.max($0, $1) }
    default: nil
    }
  }

  static let reduceMinimum = reduction(isRaw: true) { type, _ in
    switch type {
    case .float32: .floatMinimum
    case .int8: Fold(Int8.self, initial: .max) { Swift.min($0, $1) }
    case .uint8: Fold(UInt8.self, initial: .max) { Swift.min($0, $1) }
    case .int16: Fold(Int16.self, initial: .max) { Swift.min($0, $1) }
    case .int32: Fold(Int32.self, initial: .max) { Swift.min($0, $1) }
    case .int64: Fold(Int64.self, initial: .max) { Swift.min($0, $1) }
    default: nil
    }
  }

  static let reduceAny = reduction { type, _ in
    type == .bool ? Fold(UInt8.self, initial: 0) { $0 | $1 } : nil
  }

  static let reduceAll = reduction { type, _ in
    type == .bool ? Fold(UInt8.self, initial: 1) { $0 & $1 } : nil
  }

  /// The sum ÷ the number of elements; integers sum in 64 bits and truncate.
  static let mean = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireSameType(output, as: input)
    if let stages = try preparation.quantizedSum(isMean: true) { return stages }
    let plan = try preparation.reductionPlan()
    let divisor = plan.reducedCount
    let (binary, infinity) = (preparation.kernels.binary, Float.infinity)
    switch input.type {
    case .float32:
      let count = preparation.scratch(bytes: 4)
      return preparation.stages(
        plan, .floatSum(preparation.kernels), from: { UnsafeRawPointer(input.base) },
        to: { output.base })
        + [
          .once {
            count.floats()[0] = Float(divisor)
            binary(
              .divide, output.floats, 1, count.floats(), 0, output.floats, output.count, -infinity,
              infinity)
          }
        ]
    case .int32: return try preparation.integerMean(plan, Int32.self)
    case .int64: return try preparation.integerMean(plan, Int64.self)
    case let type: throw preparation.unsupported(type)
    }
  }
}

extension Preparation {
  /// Returns the axes that input 1 lists, from 0.
  func reducedAxes() throws -> Set<Int> {
    let input = try input(0)
    let list = try integers(1)
    return input.rank == 0 ? [] : try Set(list.map { try axis($0, rank: input.rank) })
  }

  /// Sets the output's shape too.
  func reductionPlan() throws -> ReductionPlan {
    let plan = ReductionPlan(
      try input(0).shape, axes: try reducedAxes(), keepsDimensions: option(Reducer.keepDims))
    try setShape(plan.outputShape)
    return plan
  }

  /// Returns the stages of all steps of a plan; results between them stand in scratch. `first` is
  /// the fold of the first step if that is another.
  func stages(
    _ plan: ReductionPlan, first: Fold? = nil, _ fold: Fold,
    from input: @escaping () -> UnsafeRawPointer, to output: @escaping () -> UnsafeMutableRawPointer
  ) -> [Stage] {
    var stages: [Stage] = []
    var source = input
    for (index, step) in plan.steps.enumerated() {
      let fold = index == 0 ? first ?? fold : fold
      guard index + 1 < plan.steps.count else {
        return stages + step.stages(fold, from: source, to: output)
      }
      let memory = scratch(bytes: step.resultCount * fold.size)
      stages += step.stages(fold, from: source, to: { memory.pointer() })
      source = { UnsafeRawPointer(memory.pointer()) }
    }
    return stages
  }

  fileprivate func integerMean<Element: FixedWidthInteger>(
    _ plan: ReductionPlan, _ type: Element.Type
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    try requirePlain([input, output])
    let sums = scratch(bytes: output.count * 8)
    let divisor = Int64(plan.reducedCount)
    let divide = Stage.once {
      let source = sums.pointer().assumingMemoryBound(to: Int64.self)
      for index in 0..<output.count {
        // The runtime stores 0 where there is nothing to divide by.
        let mean = divisor == 0 ? 0 : source[index] / divisor
        output.pointer(type)[index] = Element(truncatingIfNeeded: mean)
      }
    }
    return stages(
      plan, first: Fold.wideSum(input.type), Fold(Int64.self, initial: 0) { $0 &+ $1 },
      from: { UnsafeRawPointer(input.base) }, to: { sums.pointer() }) + [divide]
  }
}
