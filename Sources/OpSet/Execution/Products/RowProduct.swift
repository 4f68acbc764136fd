import KernelTable
import TFLite

/// The rounding of values before they meet int8 weights.
struct Rounding {
  let isAsymmetric: Bool

  /// Returns nil where the weights are float.
  init?(_ weights: Value, isAsymmetric: Bool) {
    guard weights.type != .float32 else { return nil }
    self.isAsymmetric = isAsymmetric
  }

  /// Rounds consecutive rows, each with its own scale.
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

/// A product of some consecutive rows inside a stage.
struct RowProduct {
  let kernels: KernelTable
  let weights: PackedWeights
  var low = -Float.infinity
  var high = Float.infinity

  /// Returns the bytes for the spill, the only offset, pointers to rows, and room for their scales.
  static func memoryBytes(rows: Int) -> Int { (400 + rows * 12 + 63) / 64 * 64 }

  /// Returns the scales of rounded rows in the memory.
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
