import LinearAlgebra
import OpSet
import Platform
import TFLite

/// Moves a clustered weight's values so that its products come nearest to those of the weight as it
/// was, each element staying in its cluster: closed form, by the Gram matrix of its inputs.
///
/// A codebook c of rows w with assignments A: c minimises Σ (w − A c)ᵀ C (w − A c), so
/// (Σ Aᵀ C A) c = Σ Aᵀ C w, with C the covariance of the inputs: their mean is the bias's part. With a
/// shared codebook of integers only a row's scale moves: s = qᵀ C w ÷ qᵀ C q.
struct ClusterRefit {
  let weight: CompressibleWeight
  let gram: GramMatrix
  let before: [Float]
  let plan: ClusterPlan

  /// Of the mean of the diagonal. Half and twice of it move the error of three keyword models by 0.2 %
  /// at most, with a shared codebook by 1 %.
  private static let damping = SearchLimit.of("ClusterRefit.damping", 0.01)
  /// What a row's scale may grow or shrink by: the covariance of few samples is not trusted beyond. Where
  /// scales may not move two of five models have 28 % more error; half of this freedom makes 0.1 % less
  /// in the same two, twice of it and more changes none.
  private static let most = SearchLimit.of("ClusterRefit.most", 1.25)

  /// The plan with other values; nil where nothing would be gained.
  func refitted() -> ClusterPlan? {
    let transform = plan.transform
    if let magnitudes = transform.magnitudes {
      guard magnitudes.count == weight.matrix.rows else { return nil }
      return plan.with(transform.scaled(to: scales(magnitudes)))
    }
    guard transform.codebooks.count == 1 else { return nil }
    return levels(transform.codebooks[0]).map { levels in
      plan.with(transform.with(levels: levels))
    }
  }

  private func row(_ row: Int, of values: [Float]) -> [Double] {
    let matrix = weight.matrix
    return (0..<matrix.columns).map {
      Double(values[row * matrix.rowStride + $0 * matrix.columnStride])
    }
  }

  private func group(of row: Int) -> Int { row / (weight.matrix.rows / gram.groups) }

  /// C x for one row.
  private func product(_ covariance: FloatMatrix, _ x: [Double]) -> [Double] {
    (0..<covariance.rows).map { line in
      let values = covariance[line]
      var sum = 0.0
      for index in x.indices { sum += Double(values[index]) * x[index] }
      return sum
    }
  }

  // MARK: A scale for each row

  private func scales(_ magnitudes: [Float]) -> [Float] {
    let after = plan.transform.applied(to: before)
    var covariance: (group: Int, matrix: FloatMatrix)?
    return magnitudes.indices.map { index in
      let group = group(of: index)
      if covariance?.group != group {
        covariance = (group, gram.covariance(group, damping: Self.damping))
      }
      guard let matrix = covariance?.matrix else { return magnitudes[index] }
      let new = row(index, of: after)
      let products = product(matrix, new)
      var (numerator, denominator) = (0.0, 0.0)
      for (place, old) in row(index, of: before).enumerated() {
        numerator += products[place] * old
        denominator += products[place] * new[place]
      }
      guard denominator > 0, numerator > 0 else { return magnitudes[index] }
      let factor = max(1 / Self.most, min(Self.most, numerator / denominator))
      return Float(Double(magnitudes[index]) * factor)
    }
  }

  // MARK: Levels of the tensor

  private func levels(_ codebook: Codebook) -> [Float]? {
    let count = codebook.levels.count
    let free = codebook.levels.indices.filter { codebook.levels[$0] != 0 }
    guard !free.isEmpty else { return nil }
    var position = [Int](repeating: -1, count: count)
    for (index, level) in free.enumerated() { position[level] = index }
    let indices = plan.transform.levelIndices(of: before)
    let matrix = weight.matrix
    var normal = [Double](repeating: 0, count: free.count * free.count)
    var target = [Double](repeating: 0, count: free.count)
    var covariance: (group: Int, matrix: FloatMatrix)?
    var sums = [Double](repeating: 0, count: matrix.columns * free.count)
    for index in 0..<matrix.rows {
      let group = group(of: index)
      if covariance?.group != group {
        covariance = (group, gram.covariance(group, damping: Self.damping))
      }
      guard let products = covariance?.matrix else { return nil }
      let places = (0..<matrix.columns).map {
        position[Int(indices[index * matrix.rowStride + $0 * matrix.columnStride])]
      }
      // The residual of the current levels: Σ Aᵀ C (w − A c).
      let rest = (0..<matrix.columns).map { column -> Double in
        let element = index * matrix.rowStride + column * matrix.columnStride
        return Double(before[element]) - Double(codebook.levels[Int(indices[element])])
      }
      for entry in sums.indices { sums[entry] = 0 }
      for line in 0..<matrix.columns where places[line] >= 0 {
        let values = products[line]
        let base = line * free.count
        var error = 0.0
        for column in 0..<matrix.columns {
          let value = Double(values[column])
          error += value * rest[column]
          if places[column] >= 0 { sums[base + places[column]] += value }
        }
        target[places[line]] += error
        for level in 0..<free.count {
          normal[places[line] * free.count + level] += sums[base + level]
        }
      }
    }
    guard let move = Self.solution(normal, target) else { return nil }
    var levels = codebook.levels
    for (index, level) in free.enumerated() {
      levels[level] = Float(Double(levels[level]) + move[index])
    }
    return levels
  }

  /// What the diagonal of the normal equations is raised by, as a share of each element and of their
  /// mean: two levels that always meet the same inputs have no solution of their own, and a level that
  /// meets none has a zero there.
  private static let (ridge, floor) = (1e-3, 1e-6)

  /// Gaussian elimination for a symmetric positive matrix.
  private static func solution(_ matrix: [Double], _ target: [Double]) -> [Double]? {
    let n = target.count
    var (a, b) = (matrix, target)
    let mean = (0..<n).reduce(0) { $0 + a[$1 * n + $1] } / Double(n)
    for index in 0..<n {
      a[index * n + index] = a[index * n + index] * (1 + ridge) + mean * floor
    }
    for pivot in 0..<n {
      let diagonal = a[pivot * n + pivot]
      guard diagonal > 0, diagonal.isFinite else { return nil }
      for row in pivot + 1..<max(n, pivot + 1) {
        let factor = a[row * n + pivot] / diagonal
        guard factor != 0 else { continue }
        for column in pivot..<n { a[row * n + column] -= factor * a[pivot * n + column] }
        b[row] -= factor * b[pivot]
      }
    }
    for row in (0..<n).reversed() {
      for column in row + 1..<max(n, row + 1) { b[row] -= a[row * n + column] * b[column] }
      b[row] /= a[row * n + row]
    }
    return b.allSatisfy(\.isFinite) ? b : nil
  }

  // MARK: Bias

  /// What the changed values take from each output channel's mean: Σ (w − ŵ) × E[x], by row.
  static func shift(
    _ weight: CompressibleWeight, _ gram: GramMatrix, before: [Float], after: [Float]
  ) -> [Double] {
    let matrix = weight.matrix
    return gram.shift(rows: matrix.rows) { row, column in
      let element = row * matrix.rowStride + column * matrix.columnStride
      return Double(before[element]) - Double(after[element])
    }
  }
}
