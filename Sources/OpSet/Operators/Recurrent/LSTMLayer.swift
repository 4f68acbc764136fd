import KernelTable
import TFLite

/// The operands of one direction of an LSTM; gates in the order input, forget, cell, output.
struct LSTMOperands {
  /// The first of four.
  let inputWeights: Int
  /// The first of four.
  let recurrentWeights: Int
  /// The first of three: input, forget, output.
  let peephole: Int
  /// The first of four.
  let bias: Int
  let projection: Int
  let projectionBias: Int
  let outputState: Int
  let cellState: Int
  /// The first of four.
  var norm: Int?
  /// The first of four.
  var auxiliaryWeights: Int?

  static let full = LSTMOperands(
    inputWeights: 1, recurrentWeights: 5, peephole: 9, bias: 12, projection: 16,
    projectionBias: 17, outputState: 18, cellState: 19, norm: 20)
  static let forward = LSTMOperands(
    inputWeights: 1, recurrentWeights: 5, peephole: 9, bias: 12, projection: 16,
    projectionBias: 17, outputState: 35, cellState: 36, auxiliaryWeights: 40)
  static let backward = LSTMOperands(
    inputWeights: 18, recurrentWeights: 22, peephole: 26, bias: 29, projection: 33,
    projectionBias: 34, outputState: 37, cellState: 38, auxiliaryWeights: 44)
}

struct LSTMOptions {
  let activation: UnaryOperation
  let cellClip: Float
  let projectionClip: Float
  let isAsymmetric: Bool
  let isTimeMajor: Bool
}

/// One direction of an LSTM. The products of the inputs with the weights are computed for all steps
/// at once, everything else step by step.
final class LSTMLayer {
  /// One of the layer's gates; there is no input gate where it is coupled with the forget gate.
  struct Gate {
    /// Floats from the row's begin.
    let offset: Int
    let activation: UnaryOperation
    var peephole: FloatVector?
    var norm: FloatVector?
    var normBias: FloatVector?
    /// Recurrent weights that are a diagonal matrix.
    var diagonal: FloatVector?
  }

  let kernels: KernelTable
  let options: LSTMOptions
  let sequence: Sequence
  let isBackward: Bool
  let units: Int
  let outputs: Int
  let rounding: Rounding?
  /// Input (nil if coupled), forget, cell, output.
  let gates: [Gate?]
  /// Floats of a row of gates.
  let gateFloats: Int
  let recurrent: GateMatrix?
  /// The matrix that makes the outputs.
  let projection: GateMatrix?
  let outputState: Value
  let cellState: Value
  /// The products of the inputs with the gates' weights.
  let contributions: Scratch
  let preparing: [Stage]

  /// The layer's packed weights use the preparation's slots from `slot` on.
  init(
    _ preparation: Preparation, _ operands: LSTMOperands, _ options: LSTMOptions,
    input: SequenceInput, auxiliary: SequenceInput?, rounding: Rounding?,
    isBackward: Bool = false, slot: Int = 0
  ) throws {
    kernels = preparation.kernels
    self.options = options
    self.rounding = rounding
    self.isBackward = isBackward
    sequence = try Sequence(input.value, isTimeMajor: options.isTimeMajor)
    let weights = try preparation.input(operands.inputWeights + 3)
    let recurrentWeights = try preparation.input(operands.recurrentWeights + 3)
    try preparation.require(
      weights.rank == 2 && [1, 2].contains(recurrentWeights.rank),
      "the weights of the output gate have the shapes \(weights.shape) and"
        + " \(recurrentWeights.shape)")
    units = weights.shape[0]
    outputs = recurrentWeights.size(-1)
    let builder = try LSTMBuilder(
      preparation, operands, options, units: units, outputs: outputs, slot: slot)
    gates = builder.gates
    gateFloats = builder.gateFloats
    recurrent = try builder.recurrent()
    projection = try builder.projection()
    outputState = try preparation.state(
      operands.outputState, batches: sequence.batches, units: outputs)
    cellState = try preparation.state(
      operands.cellState, batches: sequence.batches, units: units)
    contributions = preparation.scratch(bytes: input.rows * gateFloats * 4)
    preparing = try builder.contributions(input, auxiliary, contributions)
  }

  /// Products with the recurrent weights.
  var operations: Int { sequence.rows * gateFloats * outputs }

  /// Groups of batches that run side by side.
  var groups: Int { Tiling.parts(of: max(1, sequence.batches / 6), operations: operations) }

  var scratchBytes: Int { LSTMMemory(self).byteCount }
}

/// The memory of a lane, in bytes from its begin.
struct LSTMMemory {
  let gates: Int
  let rounded: Int
  let hidden: Int
  let byteCount: Int

  init(_ layer: LSTMLayer) {
    let rows = layer.sequence.batches / layer.groups + 1
    gates = RowProduct.memoryBytes(rows: rows)
    // The projection overwrites the gates' memory.
    rounded = gates + rows * max(layer.gateFloats, layer.projection?.weights.columns ?? 0) * 4
    hidden = rounded + (rows * max(layer.outputs, layer.units) * 4 + 127) / 64 * 64
    byteCount = hidden + (rows * layer.units * 4 + 127) / 64 * 64
  }
}
