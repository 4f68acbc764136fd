import KernelTable
import TFLite

extension OpGradient {
  static let rnn = OpGradient { step in
    try step.addRNN(activation: step.option(RNN.activation), isTimeMajor: true)
  }

  static let unidirectionalSequenceRNN = OpGradient { step in
    try step.addRNN(
      activation: step.option(SequenceRNN.activation),
      isTimeMajor: step.option(SequenceRNN.timeMajor))
  }

  static let bidirectionalSequenceRNN = OpGradient { step in
    typealias Keys = BidirectionalSequenceRNN
    let activation = try CellActivation.function(step.option(Keys.activation))
    let sources = step.bidirectionalSources(auxiliary: 9, auxiliaryWeights: 10)
    for (first, source, isBackward) in [(1, sources.forward, false), (5, sources.backward, true)] {
      let auxiliaryWeights = isBackward ? 11 : 10
      let units = try step.input(first).shape[0]
      guard
        let rows = try step.rows(
          isBackward: isBackward, isMerged: step.option(Keys.mergeOutputs), width: units)
      else { continue }
      try step.addRNN(
        first, activation,
        sources: source.map { ($0.input, $0.isAuxiliary ? auxiliaryWeights : first) },
        rows, isTimeMajor: step.option(Keys.timeMajor), isBackward: isBackward)
    }
  }

  /// A filter's values of the last steps, which the state holds after the run, times its weights in
  /// time; gradients do not go to the steps before, which other runs made.
  static let svdf = OpGradient { step in
    let (input, features, times) = (try step.input(0), try step.input(1), try step.input(2))
    let (state, output) = (try step.input(4), try step.output())
    for index in 1..<3 { _ = try step.float(index) }
    let (batches, filters, memory) = (input.shape[0], features.shape[0], times.shape[1])
    let rank = max(1, step.option(SVDF.rank))
    let (units, depth) = (filters / rank, features.shape[1])
    let activation = try CellActivation.function(step.option(SVDF.activation))
    let given = step.outputGradient
    for index in 0..<output.count {
      given[index] *= CellActivation.slope(activation, output.floats[index])
    }
    if let gradient = step.gradient(3) {
      step.kernels.observation.sumRows(given, batches, units, units, gradient)
    }
    let sums = FloatVector(count: batches * filters)
    for batch in 0..<batches {
      for filter in 0..<filters {
        let share = given[batch &* units &+ filter / rank]
        if let gradient = step.gradient(2) {
          step.kernels.accumulate(
            state.floats + (batch &* filters &+ filter) &* memory, share,
            gradient + filter &* memory, memory)
        }
        sums.base[batch &* filters &+ filter] =
          share * times.floats[filter &* memory &+ memory &- 1]
      }
    }
    let (product, rows) = (
      AddedProduct(kernels: step.kernels), MatrixView(sums.base, rowStride: filters)
    )
    if let gradient = step.gradient(1) {
      product.add(
        rows.transposed, MatrixView(input.floats, rowStride: depth), rows: filters,
        depth: batches, columns: depth, to: gradient, stride: depth)
    }
    if let gradient = step.gradient(0) {
      product.add(
        rows, MatrixView(features.floats, rowStride: depth), rows: batches, depth: filters,
        columns: depth, to: gradient, stride: depth)
    }
  }
}

extension GradientStep {
  fileprivate func addRNN(activation: Int, isTimeMajor: Bool) throws {
    let output = try output()
    let rows = OutputGradientRows(
      values: output.floats, gradients: outputGradient, stride: output.size(-1))
    try addRNN(
      1, try CellActivation.function(activation), sources: [(0, 1)], rows,
      isTimeMajor: isTimeMajor, isBackward: false)
  }

  /// Operands from `first` on: weights, recurrent weights, bias, state. `sources` are inputs, each
  /// with its weights.
  fileprivate func addRNN(
    _ first: Int, _ activation: UnaryOperation, sources: [(input: Int, weights: Int)],
    _ output: OutputGradientRows, isTimeMajor: Bool, isBackward: Bool
  ) throws {
    let recurrent = try input(first + 1)
    for index in sources.map(\.weights) + [first + 1] { _ = try float(index) }
    let (units, sequence) = (
      recurrent.shape[0], try Sequence(try input(0), isTimeMajor: isTimeMajor)
    )
    let (batches, rows) = (sequence.batches, sequence.rows)
    let (last, sums) = (FloatVector(count: rows * units), FloatVector(count: rows * units))
    states[first + 3]?.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { last.base.update(from: base, count: source.count) }
    }
    let product = AddedProduct(kernels: kernels)
    let filter = MatrixView(recurrent.floats, rowStride: units)
    var places = [Int](repeating: 0, count: rows)
    sequence.forEachRow(isBackward) { row, position in
      places[row] = position
      guard row + batches < rows else { return }
      (last.base + (row + batches) * units).update(
        from: output.values + position * output.stride, count: units)
    }
    for time in (0..<sequence.steps).reversed() {
      let step = sums.base + time * batches * units
      if time + 1 < sequence.steps {
        product.add(
          MatrixView(step + batches * units, rowStride: units), filter, rows: batches,
          depth: units, columns: units, to: step, stride: units)
      }
      for batch in 0..<batches {
        let place = places[time * batches + batch] * output.stride
        let (values, row) = (output.values + place, step + batch * units)
        for unit in 0..<units {
          row[unit] =
            (row[unit] + output.gradients[place + unit])
            * CellActivation.slope(activation, values[unit])
        }
      }
    }
    let given = MatrixView(sums.base, rowStride: units)
    if let gradient = gradient(first + 2) {
      kernels.observation.sumRows(sums.base, rows, units, units, gradient)
    }
    if let gradient = gradient(first + 1) {
      product.add(
        given.transposed, MatrixView(last.base, rowStride: units), rows: units, depth: rows,
        columns: units, to: gradient, stride: units)
    }
    for source in sources {
      let (value, weights) = (try input(source.input), try input(source.weights))
      let depth = value.size(-1)
      let (inputRows, result) = (
        FloatVector(count: rows * depth), FloatVector(count: rows * depth)
      )
      for (row, position) in places.enumerated() {
        (inputRows.base + row * depth).update(
          from: value.floats + position * depth, count: depth)
      }
      if let gradient = gradient(source.weights) {
        product.add(
          given.transposed, MatrixView(inputRows.base, rowStride: depth), rows: units,
          depth: rows, columns: depth, to: gradient, stride: depth)
      }
      guard let gradient = gradient(source.input) else { continue }
      product.add(
        given, MatrixView(weights.floats, rowStride: depth), rows: rows, depth: units,
        columns: depth, to: result.base, stride: depth)
      for (row, position) in places.enumerated() {
        kernels.accumulate(
          result.base + row * depth, 1, gradient + position * depth, depth)
      }
    }
  }

  /// Of the basic kernel: gates input, candidate, forget, output; outputs 2 and 3 hold the input
  /// beside the last outputs, and the gates before activation.
  func addBasicLSTM() throws {
    let (filter, lastCell) = (try input(2), try input(4))
    guard outputs.count == 4, let cell = outputs[1], let both = outputs[2], let sums = outputs[3],
      filter.type == .float32
    else { throw OperatorFault.unsupported("there is no gradient for this LSTM") }
    let (batches, units) = (cell.shape[0], cell.shape[1])
    let width = both.shape[1]
    let old = states[4] ?? Array(UnsafeBufferPointer(start: lastCell.floats, count: lastCell.count))
    let (values, given) = (
      FloatVector(count: batches * 4 * units), FloatVector(count: batches * 4 * units)
    )
    let activated = FloatVector(count: batches * units)
    kernels.unary(.logistic, sums.floats, values.base, sums.count, 0)
    kernels.unary(.tanh, cell.floats, activated.base, cell.count, 0)
    for batch in 0..<batches {
      let (gates, target) = (values.base + batch * 4 * units, given.base + batch * 4 * units)
      kernels.unary(
        .tanh, sums.floats + batch * 4 * units + units, gates + units, units, 0)
      for unit in 0..<units {
        let place = batch * units + unit
        let (i, g, f, o) = (
          gates[unit], gates[units + unit], gates[2 * units + unit], gates[3 * units + unit]
        )
        let (output, y) = (outputGradient[place], activated.base[place])
        let slope = (outputGradients[1]?[place] ?? 0) + output * o * (1 - y * y)
        target[unit] = slope * g * i * (1 - i)
        target[units + unit] = slope * i * (1 - g * g)
        target[2 * units + unit] = slope * old[place] * f * (1 - f)
        target[3 * units + unit] = output * y * o * (1 - o)
        gradient(4)?[place] += slope * f
      }
    }
    if let gradient = gradient(3) {
      kernels.observation.sumRows(given.base, batches, 4 * units, 4 * units, gradient)
    }
    let (product, rows) = (
      AddedProduct(kernels: kernels), MatrixView(given.base, rowStride: 4 * units)
    )
    if let gradient = gradient(2) {
      product.add(
        rows.transposed, MatrixView(both.floats, rowStride: width), rows: 4 * units,
        depth: batches, columns: width, to: gradient, stride: width)
    }
    let depth = width - units
    for (index, offset, columns) in [(0, 0, depth), (1, depth, units)] {
      guard let gradient = gradient(index) else { continue }
      product.add(
        rows, MatrixView(filter.floats + offset, rowStride: width), rows: batches,
        depth: 4 * units, columns: columns, to: gradient, stride: columns)
    }
  }
}
