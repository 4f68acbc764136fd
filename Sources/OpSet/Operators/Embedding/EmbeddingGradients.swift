import KernelTable
import TFLite

extension OpGradient {
  /// The rows that were read get the gradients of their copies.
  static let embeddingLookup = OpGradient { step in
    let (indices, table) = (try step.input(0), try step.input(1))
    guard let gradient = step.gradient(1), table.count > 0 else { return }
    let depth = table.count / table.shape[0]
    for position in 0..<indices.count {
      step.kernels.accumulate(
        step.outputGradient + position &* depth, 1,
        gradient + (indices.integer(position) ?? 0) &* depth, depth)
    }
  }

  /// Of Σ w × row ÷ d, where d is 1, Σ w or √Σ w²: a row gets g w ÷ d; its weight g · row ÷ d less
  /// what it changes d by.
  static let embeddingLookupSparse = OpGradient { step in
    let (ids, places, dense) = (try step.input(0), try step.input(1), try step.input(2))
    let (weights, table, output) = (try step.input(3), try step.input(4), try step.output())
    guard table.count > 0, output.count > 0 else { return }
    let depth = table.count / table.shape[0]
    let combiner = step.option(EmbeddingLookupSparse.combiner)
    var rows = [Int](repeating: 0, count: ids.count)
    var divisors = [Float](repeating: 0, count: output.count / depth)
    for position in rows.indices {
      for axis in 0..<dense.count - 1 {
        rows[position] =
          rows[position] * (dense.integer(axis) ?? 0)
          + (places.integer(position * dense.count + axis) ?? 0)
      }
      let weight = weights.floats[position]
      divisors[rows[position]] += combiner == 2 ? weight * weight : weight
    }
    for (position, row) in rows.enumerated() {
      let weight = weights.floats[position]
      let divisor =
        combiner == 0 ? 1 : combiner == 1 ? divisors[row] : divisors[row].squareRoot()
      let given = step.outputGradient + row * depth
      let place = (ids.integer(position) ?? 0) * depth
      if let gradient = step.gradient(4) {
        step.kernels.accumulate(given, weight / divisor, gradient + place, depth)
      }
      guard let gradient = step.gradient(3) else { continue }
      gradient[position] += step.kernels.dot(given, table.floats + place, depth) / divisor
      guard combiner != 0 else { continue }
      let change = combiner == 1 ? 1 / divisor : weight / divisors[row]
      gradient[position] -= step.kernels.dot(given, output.floats + row * depth, depth) * change
    }
  }

  /// Rows whose keys were found get the gradients of their copies.
  static let hashtableLookup = OpGradient { step in
    let (wanted, keys, table) = (try step.input(0), try step.input(1), try step.input(2))
    guard let gradient = step.gradient(2), keys.count > 0 else { return }
    let depth = table.count / keys.count
    for position in 0..<wanted.count {
      guard let row = keys.search(wanted.pointer(Int32.self)[position]) else { continue }
      step.kernels.accumulate(
        step.outputGradient + position &* depth, 1, gradient + row &* depth, depth)
    }
  }
}
