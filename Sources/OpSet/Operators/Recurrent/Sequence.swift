import KernelTable
import TFLite

/// The rows of a tensor of several batches and time steps.
struct Sequence {
  let batches: Int
  let steps: Int
  let isTimeMajor: Bool

  /// [batch, time, …], [time, batch, …] or, for one step, [batch, …].
  init(_ value: Value, isTimeMajor: Bool) throws {
    switch value.rank {
    case 2: (batches, steps) = (value.shape[0], 1)
    case 3 where isTimeMajor: (batches, steps) = (value.shape[1], value.shape[0])
    case 3: (batches, steps) = (value.shape[0], value.shape[1])
    default:
      throw OperatorFault.invalid("the input has \(value.rank) dimensions, expected 2 or 3")
    }
    self.isTimeMajor = isTimeMajor
  }

  var rows: Int { batches * steps }

  func row(batch: Int, step: Int) -> Int {
    isTimeMajor ? step &* batches &+ batch : batch &* steps &+ step
  }
}

/// An input of recurrent cells: its rows, rounded to integers for int8 weights.
struct SequenceInput {
  let value: Value
  let rows: Int
  let depth: Int
  let stages: [Stage]
  let pointer: () -> UnsafeRawPointer
  /// The scales of rounded rows.
  let scales: Scratch?

  init(_ preparation: Preparation, _ value: Value, rounding: Rounding?) throws {
    try preparation.requireType(value, .float32, what: "the input")
    try preparation.require(value.rank >= 2, "the input has \(value.rank) dimensions")
    self.value = value
    depth = value.size(-1)
    rows = value.shape.dropLast().reduce(1, *)
    guard let rounding else {
      stages = []
      pointer = { UnsafeRawPointer(value.base) }
      scales = nil
      return
    }
    let rounded = HybridRows(
      preparation, value, rows: rows, depth: depth, isAsymmetric: rounding.isAsymmetric)
    stages = rounded.stages
    pointer = rounded.pointer
    scales = rounded.scales
  }
}

/// The activation of a recurrent cell, as its option names it.
enum CellActivation {
  static func function(_ code: Int) throws -> UnaryOperation {
    switch code {
    case 0: return .copy
    case 1: return .relu
    case 2: return .reluN1To1
    case 3: return .relu6
    case 4: return .tanh
    default: throw OperatorFault.unsupported("a cell cannot have the activation \(code)")
    }
  }
}
