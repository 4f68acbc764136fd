import TFLite

extension OpKernel {
  /// Returns the stages of the int8 kernel: int8 features, int16 time weights and state, int32
  /// bias. It requires the activation RELU, but clamps only to the output's range.
  static func quantizedSVDF(_ preparation: Preparation) throws -> [Stage] {
    let (input, output) = try preparation.inputAndOutput()
    let (features, times) = (try preparation.input(1), try preparation.input(2))
    try preparation.requireType(output, .int8, what: "the output")
    try preparation.requireType(features, .int8, what: "the feature weights")
    try preparation.requireType(times, .int16, what: "the time weights")
    let rank = preparation.option(SVDF.rank)
    guard preparation.option(SVDF.activation) == 1 else {
      throw OperatorFault.unsupported("the integer kernel has no activation but RELU")
    }
    try preparation.require(
      input.rank == 2 && features.rank == 2 && times.rank == 2 && times.size(1) > 0
        && features.shape[0] == times.shape[0] && features.shape[1] == input.shape[1]
        && rank > 0 && features.shape[0] % rank == 0,
      "an input of shape \(input.shape), weights of shapes \(features.shape) and"
        + " \(times.shape) with rank \(rank)")
    let (batches, depth) = (input.shape[0], input.shape[1])
    let (filters, memory) = (times.shape[0], times.shape[1])
    let units = filters / rank
    let bias = preparation.optionalInput(3)
    if let bias {
      try preparation.require(
        bias.type == .int32 && bias.count == units, "the bias is not int32 with \(units) values")
    }
    let state = try preparation.quantizedState(4, .int16, count: batches * filters * memory)
    let (x, y) = (try Affine(input), try Affine(output))
    let stateScale = Double(try Affine(state).scale)
    let first = Rescaler(
      Double(x.scale) * Double(try Affine(features).scale) / stateScale)
    let second = Rescaler(
      stateScale * Double(try Affine(times).scale) / Double(y.scale))
    try preparation.setShape([batches, units])
    return .once {
      for row in 0..<(batches &* filters) {
        let history = state.pointer(Int16.self) + row &* memory
        let source = input.pointer(Int8.self) + row / filters &* depth
        let weights = features.pointer(Int8.self) + row % filters &* depth
        var sum: Int32 = 0
        for k in 0..<depth { sum &+= Int32(weights[k]) &* x.difference(source[k]) }
        // The oldest makes room for the newest.
        history.update(from: history + 1, count: memory &- 1)
        history[memory &- 1] = Int16(clamping: first(sum))
      }
      for unit in 0..<(batches &* units) {
        let histories = state.pointer(Int16.self) + unit &* rank &* memory
        let weights = times.pointer(Int16.self) + unit % units &* rank &* memory
        var sum = bias?.pointer(Int32.self)[unit % units] ?? 0
        for k in 0..<(rank &* memory) { sum &+= Int32(weights[k]) &* Int32(histories[k]) }
        output.pointer(Int8.self)[unit] = Int8(clamping: second(sum) &+ y.zeroPoint)
      }
    }
  }
}
