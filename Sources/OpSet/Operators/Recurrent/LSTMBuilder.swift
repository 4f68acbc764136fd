import KernelTable
import TFLite

/// Packs the constants of one direction of an LSTM.
struct LSTMBuilder {
  private let preparation: Preparation
  private let operands: LSTMOperands
  private let options: LSTMOptions
  private let units: Int
  private let outputs: Int
  private let slot: Int
  private let isCoupled: Bool
  let gates: [LSTMLayer.Gate?]

  init(
    _ preparation: Preparation, _ operands: LSTMOperands, _ options: LSTMOptions, units: Int,
    outputs: Int, slot: Int
  ) throws {
    self.preparation = preparation
    self.operands = operands
    self.options = options
    self.units = units
    self.outputs = outputs
    self.slot = slot
    isCoupled = preparation.optionalInput(operands.inputWeights) == nil
    try preparation.require(
      isCoupled == (preparation.optionalInput(operands.recurrentWeights) == nil),
      "the input gate has only one of its weights")
    let first = isCoupled ? 1 : 0
    let padded = PackedProduct.panels(columns: units) * 16
    gates = try (0..<4).map { gate in
      guard gate >= first else { return nil }
      func vector(_ group: Int, _ index: Int) throws -> FloatVector? {
        try preparation.diagonal(slot: slot + 8 * group + gate, index, units: units)
      }
      var made = LSTMLayer.Gate(
        offset: (gate - first) * padded,
        activation: gate == 2 ? options.activation : .logistic)
      if gate != 2 {
        made.peephole = try vector(1, operands.peephole + (gate == 3 ? 2 : gate))
      }
      if let norm = operands.norm {
        made.norm = try vector(2, norm + gate)
        if made.norm != nil { made.normBias = try vector(3, operands.bias + gate) }
      }
      if preparation.optionalInput(operands.recurrentWeights + gate)?.rank == 1 {
        made.diagonal = try vector(4, operands.recurrentWeights + gate)
      }
      return made
    }
  }

  var gateFloats: Int { present.count * PackedProduct.panels(columns: units) * 16 }

  private var present: [Int] { isCoupled ? [1, 2, 3] : [0, 1, 2, 3] }

  /// Returns nil where every gate's matrix is diagonal.
  func recurrent() throws -> GateMatrix? {
    let filters = present.map { gate in
      gates[gate]?.diagonal == nil ? operands.recurrentWeights + gate : nil
    }
    guard filters.contains(where: { $0 != nil }) else { return nil }
    return try preparation.gates(
      slot: slot, filters: filters, biases: filters.map { _ in nil }, units: units, depth: outputs)
  }

  func projection() throws -> GateMatrix? {
    guard preparation.optionalInput(operands.projection) != nil else {
      try preparation.require(
        units == outputs, "\(units) units give \(outputs) outputs without a projection")
      return nil
    }
    let bias = preparation.optionalInput(operands.projectionBias).map { _ in
      operands.projectionBias
    }
    return try preparation.gates(
      slot: slot + 1, filters: [operands.projection], biases: [bias], units: outputs,
      depth: units)
  }

  /// Returns the stages that multiply the inputs of all steps with the gates' weights.
  func contributions(
    _ input: SequenceInput, _ auxiliary: SequenceInput?, _ target: Scratch
  ) throws -> [Stage] {
    let biases: [Int?] = present.map { gate in
      let isNormed = gates[gate]?.norm != nil
      return isNormed || preparation.optionalInput(operands.bias + gate) == nil
        ? nil : operands.bias + gate
    }
    func matrix(_ first: Int, _ biases: [Int?], _ depth: Int, slot: Int) throws -> GateMatrix {
      try preparation.gates(
        slot: slot, filters: present.map { first + $0 }, biases: biases, units: units,
        depth: depth)
    }
    let main = try matrix(operands.inputWeights, biases, input.depth, slot: slot + 2)
    let stages = main.stages(preparation, input, addingTo: target, isFirst: true)
    guard let auxiliary, let first = operands.auxiliaryWeights else { return stages }
    let extra = try matrix(first, biases.map { _ in nil }, auxiliary.depth, slot: slot + 3)
    return stages + extra.stages(preparation, auxiliary, addingTo: target, isFirst: false)
  }
}
