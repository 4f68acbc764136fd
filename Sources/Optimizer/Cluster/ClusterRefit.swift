import LinearAlgebra
import OpSet
import Platform
import TFLite

/// Refits a clustered weight's values, with fixed clusters, so that its products are nearest to the
/// original weight's: in closed form, from the Gram matrix of its inputs. A codebook c of rows w
/// with assignments A minimises Σ (w − A c)ᵀ C (w − A c), so (Σ Aᵀ C A) c = Σ Aᵀ C w. C is the
/// covariance of the inputs; the bias compensates for their mean. With a shared integer codebook
/// only each row's scale moves: s = qᵀ C w ÷ qᵀ C q.
struct ClusterRefit {
  let weight: CompressibleWeight
  let gram: GramMatrix
  let before: [Float]
  let plan: ClusterPlan

  /// A share of the diagonal's mean. Half and twice move the error of three keyword models by at
  /// most 0.2 %, with a shared codebook by 1 %.
  private static let damping = SearchLimit.of("ClusterRefit.damping", 0.01)
  /// The most that a row's scale may grow or shrink, since few samples give an unreliable
  /// covariance. With fixed scales two of five models have 28 % more error; half of this freedom
  /// gives 0.1 % less in the same two, twice and more change none.
  private static let most = SearchLimit.of("ClusterRefit.most", 1.25)

  /// Returns the plan with refitted values; nil where refitting gains nothing.
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

  /// Returns C x for one row.
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

  /// What is added to the diagonal of the normal equations, as a share of each element and of their
  /// mean. Two levels that always meet the same inputs have no unique solution, and a level that
  /// meets none has a zero there.
  private static let (ridge, floor) = (1e-3, 1e-6)

  /// Solves a symmetric positive definite system by Gaussian elimination.
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

  /// Returns how much each output channel's mean falls: Σ (w − ŵ) × E[x], by row.
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
