import KernelTable
import TFLite

extension OpKernel {
  /// Returns the stages of the basic kernel: input [batch, depth], last outputs and cells [batch,
  /// units], weights [4 units, depth + units] of the gates input, candidate, forget, output, and
  /// their bias. It gives outputs, cells, the input beside the last outputs, and the gates before
  /// activation.
  static func basicLSTM(_ preparation: Preparation) throws -> [Stage] {
    let input = try preparation.input(0)
    let last = try preparation.input(1)
    let lastCell = try preparation.input(4)
    for value in [input, last, lastCell] {
      try preparation.requireType(value, .float32, what: "an input")
      try preparation.require(value.rank == 2, "an input has \(value.rank) dimensions")
    }
    let (batches, depth, units) = (input.shape[0], input.shape[1], last.shape[1])
    let filter = try preparation.input(2)
    try preparation.requireType(filter, .float32, what: "the weights")
    try preparation.require(
      filter.shape == [4 * units, depth + units] && last.shape == [batches, units]
        && lastCell.shape == [batches, units],
      "the weights of shape \(filter.shape) do not suit \(depth) inputs and \(units) units")
    let results = try (0..<4).map { try preparation.output($0) }
    for (index, width) in [units, units, depth + units, 4 * units].enumerated() {
      try preparation.setShape([batches, width], ofOutput: index)
    }
    let weights = try ProductWeights(
      preparation, filterIndex: 2, biasIndex: 3,
      parts: [
        .init(
          columns: 4 * units, runs: [0], runSteps: depth + units, columnStride: depth + units,
          stepStride: 1)
      ])
    let product = ProductRows(
      kernels: preparation.kernels, rows: batches, depth: depth + units,
      weights: weights.parts[0], activation: .none)
    let (both, sums) = (results[2], results[3])
    let gates = preparation.scratch(bytes: batches * 4 * units * 4)
    let kernels = preparation.kernels
    return weights.stages + [
      .once {
        for batch in 0..<batches {
          let row = both.floats + batch &* (depth &+ units)
          row.update(from: input.floats + batch &* depth, count: depth)
          (row + depth).update(from: last.floats + batch &* units, count: units)
        }
      },
      product.stage(
        preparation, input: { UnsafeRawPointer(both.base) }, output: { sums.floats }),
      .once {
        kernels.unary(.logistic, sums.floats, gates.floats(), sums.count, 0)
        for batch in 0..<batches {
          let row = gates.floats() + batch &* 4 &* units
          let sum = sums.floats + batch &* 4 &* units
          let cell = results[1].floats + batch &* units
          let old = lastCell.floats + batch &* units
          let output = results[0].floats + batch &* units
          kernels.unary(.tanh, sum + units, row + units, units, 0)
          for unit in 0..<units {
            cell[unit] = row[unit] * row[units &+ unit] + row[2 &* units &+ unit] * old[unit]
          }
          kernels.unary(.tanh, cell, output, units, 0)
          for unit in 0..<units { output[unit] *= row[3 &* units &+ unit] }
        }
        // The states of the next run.
        if last.tensor.isVariable { last.copyContent(of: results[0]) }
        if lastCell.tensor.isVariable { lastCell.copyContent(of: results[1]) }
      },
    ]
  }
}
