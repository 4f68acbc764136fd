import KernelTable
import TFLite

extension OpKernel {
  /// Input [batch, depth], feature weights [filters, depth], time weights [filters, memory], bias
  /// [units], state [batch, filters × memory]; a unit sums `rank` filters.
  static let svdf = OpKernel(isPure: false) { preparation in
    let value = try preparation.input(0)
    if value.type == .int8 { return try quantizedSVDF(preparation) }
    let output = try preparation.output()
    try preparation.requireType(output, .float32, what: "the output")
    try preparation.require(value.rank == 2, "the input has \(value.rank) dimensions, expected 2")
    let features = try preparation.input(1)
    let times = try preparation.input(2)
    let rank = preparation.option(SVDF.rank)
    try preparation.require(
      features.rank == 2 && times.rank == 2 && times.size(1) > 0
        && features.shape[0] == times.shape[0] && rank > 0
        && features.shape[0] % rank == 0,
      "weights of shapes \(features.shape) and \(times.shape) do not fit rank \(rank)")
    let (batches, filters, memory) = (value.shape[0], features.shape[0], times.shape[1])
    let units = filters / rank
    let rounding = Rounding(features, isAsymmetric: preparation.option(SVDF.asymmetricInputs))
    let input = try SequenceInput(preparation, value, rounding: rounding)
    let weights = try preparation.gates(
      slot: 0, filters: [1], biases: [nil], units: filters, depth: input.depth)
    let time = try preparation.matrix(slot: 1, 2)
    let bias = preparation.optionalInput(3)
    if let bias {
      try preparation.requireType(bias, .float32, what: "the bias")
      try preparation.require(
        bias.count == units, "the bias has \(bias.count) values, not \(units)")
    }
    let state = try preparation.state(4, batches: batches, units: filters * memory)
    let activation = try CellActivation.function(preparation.option(SVDF.activation))
    try preparation.setShape([batches, units])
    let sums = preparation.scratch(bytes: batches * weights.weights.columns * 4)
    let columns = weights.weights.columns
    let kernels = preparation.kernels
    let products = weights.stages(preparation, input, addingTo: sums, isFirst: true)
    return input.stages + products + [
      .each(of: batches, operations: batches * filters * memory) { batch, _ in
        let sum = sums.floats() + batch &* columns
        let result = output.floats + batch &* units
        for unit in 0..<units { result[unit] = bias?.floats[unit] ?? 0 }
        for filter in 0..<filters {
          let row = state.floats + (batch &* filters &+ filter) &* memory
          // The oldest makes room for the newest.
          row.update(from: row + 1, count: memory &- 1)
          row[memory &- 1] = sum[filter]
          result[filter / rank] += kernels.dot(row, time.base + filter &* memory, memory)
        }
        kernels.unary(activation, result, result, units, 0)
      }
    ]
  }
}
