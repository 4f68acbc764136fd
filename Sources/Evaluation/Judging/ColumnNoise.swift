import TFLite

/// Noise to signal of each column of the probes. Each index of the last axis is a column, so that
/// the scores beside boxes count as much as the boxes.
package struct ColumnNoise: Sendable {
  private struct Column: Sendable {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    var error = 0.0

    /// 1 if nothing of the column is left.
    var share: Double? {
      guard count > 0, error > 0 else { return count > 0 ? 0 : nil }
      return min(1, error / max(squares - sum * sum / count, .leastNormalMagnitude))
    }
  }

  private var probes: [[Column]]

  /// `widths` are the numbers of columns of the probes.
  init(widths: [Int]) {
    probes = widths.map { Array(repeating: Column(), count: max(1, $0)) }
  }

  mutating func add(_ expected: [[Float]], _ found: [[Float]]) {
    for (index, (expected, found)) in zip(expected, found).enumerated() {
      let width = probes[index].count
      for (place, (x, y)) in zip(expected, found).enumerated() where x.isFinite {
        let value = Double(x)
        let difference = y.isFinite ? Double(y) - value : value
        probes[index][place % width].sum += value
        probes[index][place % width].squares += value * value
        probes[index][place % width].count += 1
        probes[index][place % width].error += difference * difference
      }
    }
  }

  /// From 0 to 1, averaged over columns, then over probes.
  package var mean: Double {
    let means = probes.compactMap { columns -> Double? in
      let shares = columns.compactMap(\.share)
      return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }
    return means.isEmpty ? 0 : means.reduce(0, +) / Double(means.count)
  }

  /// Σ error² ÷ Σ expected² of the worst column; infinite where a probe had no value. Columns of zeros
  /// count against the whole probe.
  package var worst: Double {
    probes.map { columns in
      let count = columns.reduce(0) { $0 + $1.count }
      guard count > 0 else { return .infinity }
      let mean = columns.reduce(0) { $0 + $1.squares } / count
      let zero = ColumnErrors.zero * ColumnErrors.zero * mean
      return columns.reduce(0) { worst, column in
        let isZero = column.squares <= column.count * zero
        let signal = isZero ? column.count * mean : column.squares
        return max(worst, column.error / max(signal, .leastNormalMagnitude))
      }
    }.max() ?? .infinity
  }
}

extension RoundedModel {
  /// Returns the noise of columns with these encodings.
  package func columnNoise(
    _ encodings: [TensorID: Affine], on expected: ExpectedResults
  ) throws -> Double { try columns(encodings, on: expected).mean }

  /// The error of the worst column with these encodings.
  package func worstColumn(
    _ encodings: [TensorID: Affine], on expected: ExpectedResults
  ) throws -> Double { try columns(encodings, on: expected).worst }

  private func columns(
    _ encodings: [TensorID: Affine], on expected: ExpectedResults
  ) throws -> ColumnNoise {
    var noise = ColumnNoise(widths: expected.probes.map { columns(of: $0) })
    let found = try results(encodings, expected)
    for (reference, other) in zip(expected.values, found) { noise.add(reference, other) }
    return noise
  }
}
