import KernelTable
import TFLite

extension OpKernel {
  /// Runs one step; with five inputs the basic kernel.
  static let lstm = OpKernel(isPure: false) { preparation in
    if preparation.option(LSTM.kernelType) == 1 { return try basicLSTM(preparation) }
    let options = LSTMOptions(
      activation: try CellActivation.function(preparation.option(LSTM.activation)),
      cellClip: preparation.option(LSTM.cellClip),
      projectionClip: preparation.option(LSTM.projectionClip),
      isAsymmetric: preparation.option(LSTM.asymmetricInputs), isTimeMajor: true)
    try preparation.require(try preparation.input(0).rank == 2, "the input must be [batch, input]")
    if try preparation.input(0).type == .int8 {
      return try QuantizedLSTM.stages(preparation, options)
    }
    return try LSTMStages.single(preparation, options)
  }

  static let unidirectionalSequenceLSTM = OpKernel(isPure: false) { preparation in
    typealias Keys = UnidirectionalSequenceLSTM
    let options = LSTMOptions(
      activation: try CellActivation.function(preparation.option(Keys.activation)),
      cellClip: preparation.option(Keys.cellClip),
      projectionClip: preparation.option(Keys.projectionClip),
      isAsymmetric: preparation.option(Keys.asymmetricInputs),
      isTimeMajor: preparation.option(Keys.timeMajor))
    if try preparation.input(0).type == .int8 {
      return try QuantizedLSTM.stages(preparation, options)
    }
    return try LSTMStages.single(preparation, options)
  }

  static let bidirectionalSequenceLSTM = OpKernel(isPure: false) { preparation in
    typealias Keys = BidirectionalSequenceLSTM
    let options = LSTMOptions(
      activation: try CellActivation.function(preparation.option(Keys.activation)),
      cellClip: preparation.option(Keys.cellClip),
      projectionClip: preparation.option(Keys.projectionClip),
      isAsymmetric: preparation.option(Keys.asymmetricInputs),
      isTimeMajor: preparation.option(Keys.timeMajor))
    let first = try preparation.input(2)
    let rounding = Rounding(first, isAsymmetric: options.isAsymmetric)
    let inputs = try BidirectionalInputs(
      preparation, auxiliary: 39, auxiliaryWeights: 41, rounding: rounding)
    let forward = try LSTMLayer(
      preparation, .forward, options, input: inputs.forward, auxiliary: inputs.auxiliary,
      rounding: rounding)
    let backward = try LSTMLayer(
      preparation, .backward, options, input: inputs.backward, auxiliary: inputs.auxiliary,
      rounding: rounding, isBackward: true, slot: 48)
    let outputs = try BidirectionalOutputs(
      preparation, inputs, widths: (forward.outputs, backward.outputs),
      isMerged: preparation.option(Keys.mergeOutputs))
    return inputs.stages + forward.preparing + backward.preparing
      + [
        LSTMStages.run(
          preparation, [(forward, outputs.forward), (backward, outputs.backward)])
      ]
  }
}

/// The stages of layers side by side.
enum LSTMStages {
  static func single(_ preparation: Preparation, _ options: LSTMOptions) throws -> [Stage] {
    let (value, output) = try preparation.inputAndOutput()
    try preparation.requireType(output, .float32, what: "the output")
    let rounding = Rounding(try preparation.input(2), isAsymmetric: options.isAsymmetric)
    let input = try SequenceInput(preparation, value, rounding: rounding)
    let layer = try LSTMLayer(
      preparation, .full, options, input: input, auxiliary: nil, rounding: rounding)
    try preparation.setShape(value.shape.dropLast() + [layer.outputs])
    let rows = OutputRows(value: output, offset: 0, stride: layer.outputs)
    return input.stages + layer.preparing + [run(preparation, [(layer, rows)])]
  }

  static func run(
    _ preparation: Preparation, _ layers: [(layer: LSTMLayer, output: OutputRows)]
  ) -> Stage {
    let memory = preparation.scratch(
      bytesPerLane: layers.map(\.layer.scratchBytes).max() ?? 0)
    let tiles = layers.flatMap { entry in
      (0..<entry.layer.groups).map { (layer: entry.layer, output: entry.output, group: $0) }
    }
    return preparation.share(
      tiles.count, operations: layers.reduce(0) { $0 + $1.layer.operations }
    ) { tile, lane in
      let work = tiles[tile]
      work.layer.run(
        group: work.group, memory: memory.pointer(lane: lane), output: work.output.pointer,
        outputStride: work.output.stride)
    }
  }
}

extension Preparation {
  /// Splits the work into tiles for several lanes if that is worth it; else runs it in order.
  func share(
    _ tiles: Int, operations: Int, _ body: @escaping (_ tile: Int, _ lane: Int) -> Void
  ) -> Stage {
    if tiles > 1, Tiling.parts(of: tiles, operations: operations) > 1 { return .tiles(tiles, body) }
    return .once { for tile in 0..<tiles { body(tile, 0) } }
  }
}

/// The place of a direction's rows in the output.
struct OutputRows {
  let value: Value
  let offset: Int
  let stride: Int

  var pointer: UnsafeMutablePointer<Float> { value.floats + offset }
}

/// The inputs of both directions. An auxiliary input without weights is the backward direction's
/// input.
struct BidirectionalInputs {
  let forward: SequenceInput
  let backward: SequenceInput
  let auxiliary: SequenceInput?

  init(
    _ preparation: Preparation, auxiliary index: Int, auxiliaryWeights: Int, rounding: Rounding?
  ) throws {
    let input = try preparation.input(0)
    try preparation.require(input.rank == 3, "the input has \(input.rank) dimensions, expected 3")
    forward = try SequenceInput(preparation, input, rounding: rounding)
    guard let extra = preparation.optionalInput(index) else {
      (backward, auxiliary) = (forward, nil)
      return
    }
    try preparation.require(
      extra.rank == 3 && extra.shape[..<2] == input.shape[..<2],
      "the auxiliary input has the shape \(extra.shape)")
    let second = try SequenceInput(preparation, extra, rounding: rounding)
    let isStacked = preparation.optionalInput(auxiliaryWeights) != nil
    backward = isStacked ? forward : second
    auxiliary = isStacked ? second : nil
  }

  var stages: [Stage] {
    forward.stages + (backward.value === forward.value ? [] : backward.stages)
      + (auxiliary?.stages ?? [])
  }
}

/// The outputs of both directions: two, or one with the rows side by side.
struct BidirectionalOutputs {
  let forward: OutputRows
  let backward: OutputRows

  init(
    _ preparation: Preparation, _ inputs: BidirectionalInputs, widths: (Int, Int), isMerged: Bool
  ) throws {
    let leading = inputs.forward.value.shape.dropLast()
    let first = try preparation.output(0)
    try preparation.requireType(first, .float32, what: "the output")
    if isMerged {
      let stride = widths.0 + widths.1
      try preparation.setShape(leading + [stride])
      forward = OutputRows(value: first, offset: 0, stride: stride)
      backward = OutputRows(value: first, offset: widths.0, stride: stride)
    } else {
      let second = try preparation.output(1)
      try preparation.setShape(leading + [widths.0])
      try preparation.setShape(leading + [widths.1], ofOutput: 1)
      forward = OutputRows(value: first, offset: 0, stride: widths.0)
      backward = OutputRows(value: second, offset: 0, stride: widths.1)
    }
  }
}
