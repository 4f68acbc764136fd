import KernelTable
import TFLite

/// For an operator that multiplies its input by a filter: for each filter element, the sum of the
/// input values that it multiplies, over all output positions.
///
/// The results of an output channel sum to Σ w × sum + positions × bias. So a change Δw of the
/// weights moves the channel's mean by Σ Δw × sum ÷ positions, which bias correction subtracts.
package struct ProductInputSums {
  /// Sums by tap (row-major) × input channel.
  package let count: Int
  /// Output positions, batches included.
  package let positions: Int
  package let channels: Int
  private let input: Value
  private let image: ImageShape
  private let rows: [ProductAxis.Steps]
  private let columns: [ProductAxis.Steps]

  /// Returns nil where sums are not collected, and for input that is not float32.
  package init?(
    _ geometry: ProductGeometry, options: Options?, inputs: [Value?], output: Value
  ) throws {
    guard geometry.rows?.areSummed ?? false,
      let product = try ProductImage(geometry, options: options, inputs: inputs, output: output)
    else { return nil }
    (input, image) = (product.input, product.image)
    rows = (0..<product.rows.taps).map(product.rows.steps)
    columns = (0..<product.columns.taps).map(product.columns.steps)
    positions = product.positions
    channels = image.channels
    count = rows.count * columns.count * channels
  }

  /// Adds this run's sums to `sums`, which has room for `count`.
  package func add(to sums: UnsafeMutablePointer<Double>) {
    let width = columns.count &* channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(width, 1)) { buffer in
      guard let line = buffer.baseAddress else { return }
      for batch in 0..<image.batches {
        for y in 0..<image.height {
          guard rows.contains(where: { $0.contains(y) }) else { continue }
          line.initialize(repeating: 0, count: width)
          addLine((batch &* image.height &+ y) &* image.rowFloats, to: line)
          for (tap, steps) in rows.enumerated() where steps.contains(y) {
            let target = sums + tap &* width
            for index in 0..<width { target[index] += Double(line[index]) }
          }
        }
      }
    }
  }

  private func addLine(_ start: Int, to line: UnsafeMutablePointer<Float>) {
    for (tap, steps) in columns.enumerated() {
      KernelTable.chosen.observation.sumRows(
        input.floats + (start &+ steps.first &* channels), steps.count, steps.step &* channels,
        channels, line + tap &* channels)
    }
  }
}
