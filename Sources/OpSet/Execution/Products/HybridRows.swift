import TFLite

/// The input of a hybrid operator, rounded row by row to integers, and the conversion back: the
/// float kernels' sums of integers are scaled by row and channel, and the bias is added.
struct HybridRows {
  /// Rounds the input.
  let stages: [Stage]
  /// The rounded input.
  let pointer: () -> UnsafeRawPointer
  private let rows: Int
  /// The scale of each row.
  let scales: Scratch

  /// `source` is the input's address where it is not `input` itself.
  init(
    _ preparation: Preparation, _ input: Value, rows: Int, depth: Int, isAsymmetric: Bool,
    source: (() -> UnsafeRawPointer)? = nil
  ) {
    let memory = preparation.scratch(bytes: input.byteCount)
    let scales = preparation.scratch(bytes: rows * 4)
    let parts = Tiling.parts(of: rows, operations: input.count * 4)
    let from = source ?? { UnsafeRawPointer(input.base) }
    stages = [
      .tiles(parts) { tile, _ in
        let floats = from().assumingMemoryBound(to: Float.self)
        for row in Tiling.range(tile, of: parts, count: rows) {
          scales.floats()[row] = HybridInput.round(
            floats + row &* depth, memory.floats() + row &* depth, depth,
            isAsymmetric: isAsymmetric)
        }
      }
    ]
    pointer = { UnsafeRawPointer(memory.base) }
    self.rows = rows
    self.scales = scales
  }

  /// Turns sums of integers in `output` into results: `columns` channels, the same number of pixels
  /// for each row of the input. The order of the two scales is the runtime's for the operator.
  func finish(
    _ output: Value, columns: Int, weights: Value, bias: Value?, _ activation: FusedActivation,
    multipliesScalesFirst: Bool
  ) -> Stage {
    // Block scales were applied when the weights were packed.
    let given = weights.tensor.quantization?.scale ?? [1]
    let channels = ChannelScales(given, count: columns)
    let pixels = output.count / max(1, columns)
    let perRow = max(1, pixels / max(1, rows))
    let parts = Tiling.parts(of: pixels, operations: output.count)
    let scales = scales
    return .tiles(output.count == 0 ? 0 : parts) { tile, _ in
      for pixel in Tiling.range(tile, of: parts, count: pixels) {
        let row = output.floats + pixel &* columns
        let scale = scales.floats()[pixel / perRow]
        for column in 0..<columns {
          let scaled =
            multipliesScalesFirst
            ? row[column] * (scale * channels.base[column])
            : row[column] * channels.base[column] * scale
          let sum = bias.map { scaled + $0.floats[column] } ?? scaled
          row[column] = min(max(sum, activation.low), activation.high)
        }
      }
    }
  }
}

/// A scale for each channel, from one scale or from as many as channels.
final class ChannelScales {
  let base: UnsafeMutablePointer<Float>

  init(_ scales: [Float], count: Int) {
    base = .allocate(capacity: max(1, count))
    for index in 0..<count { base[index] = scales[scales.count == 1 ? 0 : index] }
  }

  deinit { base.deallocate() }
}
