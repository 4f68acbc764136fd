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
  /// Of rounded rows.
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

/// How values are rounded before they meet int8 weights.
struct Rounding {
  let isAsymmetric: Bool

  /// Nil where the weights are float.
  init?(_ weights: Value, isAsymmetric: Bool) {
    guard weights.type != .float32 else { return nil }
    self.isAsymmetric = isAsymmetric
  }

  /// Rows one after the other, each with its own scale.
  func round(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ scales: UnsafeMutablePointer<Float>, rows: Int, depth: Int
  ) {
    for row in 0..<rows {
      scales[row] = HybridInput.round(
        input + row &* depth, output + row &* depth, depth, isAsymmetric: isAsymmetric)
    }
  }
}

/// The activation of a recurrent cell, as the option has it.
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

/// A product of some consecutive rows inside a stage.
struct RowProduct {
  let kernels: KernelTable
  let weights: PackedWeights
  var low = -Float.infinity
  var high = Float.infinity

  /// The spill, the only offset, pointers to rows, and room for their scales.
  static func memoryBytes(rows: Int) -> Int { (400 + rows * 12 + 63) / 64 * 64 }

  /// The scales of rounded rows in the memory.
  static func scales(_ memory: UnsafeMutableRawPointer, rows: Int) -> UnsafeMutablePointer<Float> {
    (memory + 400 + rows &* 8).assumingMemoryBound(to: Float.self)
  }

  /// Rounds the rows for int8 weights, and multiplies.
  func run(
    _ input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>,
    rounding: Rounding?, _ rounded: UnsafeMutablePointer<Float>, memory: UnsafeMutableRawPointer
  ) {
    guard let rounding else { return run(input, rows: rows, output, memory: memory) }
    rounding.round(
      input, rounded, Self.scales(memory, rows: rows), rows: rows, depth: weights.steps)
    run(rounded, rows: rows, output, memory: memory)
  }

  /// `memory` has `memoryBytes(rows:)`.
  func run(
    _ input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>,
    memory: UnsafeMutableRawPointer
  ) {
    let zero = (memory + 384).assumingMemoryBound(to: Int.self)
    zero[0] = 0
    let pointers = (memory + 400).assumingMemoryBound(to: UnsafeRawPointer.self)
    for row in 0..<rows { pointers[row] = UnsafeRawPointer(input + row &* weights.steps) }
    kernels.product(
      ProductTask(
        rows: pointers, rowCount: rows, tapOffsets: zero, taps: 1, depth: weights.steps,
        panels: weights.base, panelCount: weights.panels, columns: weights.columns,
        output: output, outputStride: weights.columns, low: low, high: high,
        spill: memory.assumingMemoryBound(to: Float.self)))
  }
}
