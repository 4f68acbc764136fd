import TFLite

extension Condition {
  static let noMasks = Condition { view in
    let keys = [StridedSlice.ellipsisMask, StridedSlice.newAxisMask, StridedSlice.shrinkAxisMask]
    return keys.allSatisfy { (view.options?[$0] ?? 0) == 0 } ? nil : .masks
  }

  static let noAxisMasks = Condition { view in
    let keys = [StridedSlice.ellipsisMask, StridedSlice.newAxisMask]
    return keys.allSatisfy { (view.options?[$0] ?? 0) == 0 } ? nil : .masks
  }

  static let unitSteps = Condition { view in
    guard let steps = view.input(3)?.integers else { return nil }
    return steps.allSatisfy { $0 == 1 } ? nil : .sliceSteps
  }

  static let forwardSteps = Condition { view in
    guard let steps = view.input(3)?.integers else { return nil }
    return steps.allSatisfy { $0 > 0 } ? nil : .sliceSteps
  }

  /// One number for each axis of the input.
  static func oneNumberPerAxis(_ index: Int) -> Condition {
    Condition { view in
      guard let rank = view.input(0)?.shape.count, let count = view.input(index)?.count else {
        return nil
      }
      return rank == count ? nil : .axes
    }
  }

  /// Sizes are given, none as −1.
  static func positive(_ index: Int, _ part: Obstacle.Part) -> Condition {
    Condition { view in
      guard let sizes = view.input(index)?.integers else { return nil }
      return sizes.allSatisfy { $0 > 0 } ? nil : .variant
    }
  }

  static let blockAboveOne = Condition { view in
    let block = view.options?[SpaceToDepth.blockSize] ?? view.options?[DepthToSpace.blockSize] ?? 2
    return block > 1 ? nil : .below(.block, Int(block), 2)
  }

  /// The axes of a reduction, not negative; nil where they are not constant.
  static func axes(of view: OperatorView) -> [Int]? {
    guard let rank = view.input(0)?.shape.count, let axes = view.input(1)?.integers else {
      return nil
    }
    return axes.map { $0 < 0 ? $0 + rank : $0 }
  }

  static let keepsBatch = Condition { view in
    guard let axes = axes(of: view), let shape = view.input(0)?.shape, shape.count == 4 else {
      return nil
    }
    return axes.contains(0) ? .axes : nil
  }

  /// The option `key` is not the first axis of four.
  static func axisIsNotBatch(_ key: OptionKey<Int32>) -> Condition {
    Condition { view in
      guard let axis = view.options?[key], let rank = view.output?.shape.count, rank == 4 else {
        return nil
      }
      return axis == 0 || Int(axis) == -rank ? .axes : nil
    }
  }

  static func paddings(_ holds: @escaping @Sendable ([Int]) -> Bool) -> Condition {
    Condition { view in
      guard let paddings = view.input(1)?.integers else { return nil }
      return holds(paddings) ? nil : .padding
    }
  }
}
