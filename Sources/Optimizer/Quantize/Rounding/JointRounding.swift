import LinearAlgebra
import Platform

/// Rounds the weights of a row together, so that what one loses its neighbours take back: minimises eᵀ C e,
/// where e is their change and C the covariance of their inputs.
///
/// Few columns: every choice between the two nearest levels. Many: a column at a time, those with the
/// most input first, each handing its error on to those after it (Frantar et al., GPTQ, 2022). Zeros
/// stay zeros.
struct JointRounding {
  let covariance: FloatMatrix
  let products: MatrixProduct
  private let order: [Int]
  /// Row i: the Cholesky factor of the inverse of the covariance, in the order of `order`, from its
  /// diagonal on.
  private let factor: FloatMatrix?
  /// The mean over the columns of the variance that is left of a column when all before it are known.
  let conditionalVariance: Double

  /// With so many columns every choice is tried.
  private static let few = 9
  private static let chunk = 32

  /// `covariance` is damped. Nil if it is not positive definite.
  init?(_ covariance: FloatMatrix, _ products: MatrixProduct) {
    self.covariance = covariance
    self.products = products
    let count = covariance.rows
    order = (0..<count).sorted { a, b in
      let (x, y) = (covariance[a][a], covariance[b][b])
      return x > y || x == y && a < b
    }
    guard count > Self.few else {
      factor = nil
      let lower = CholeskyFactor(covariance, products)?.transposed
      conditionalVariance = Self.mean(count) { column in
        guard let lower else { return Double(covariance[column][column]) }
        return Double(lower[column][column]) * Double(lower[column][column])
      }
      return
    }
    let ordered = FloatMatrix(rows: count, columns: count)
    for row in 0..<count {
      for column in 0..<count { ordered[row][column] = covariance[order[row]][order[column]] }
    }
    guard let inverse = CholeskyFactor(ordered, products)?.inverse(),
      let lower = CholeskyFactor(inverse, products)?.transposed
    else { return nil }
    factor = lower
    conditionalVariance = Self.mean(count) { 1 / (Double(lower[$0][$0]) * Double(lower[$0][$0])) }
  }

  private static func mean(_ count: Int, _ value: (Int) -> Double) -> Double {
    (0..<count).reduce(0) { $0 + value($1) } / Double(max(count, 1))
  }

  /// Σ of the columns' variances.
  var trace: Double { (0..<covariance.rows).reduce(0) { $0 + Double(covariance[$1][$1]) } }

  /// Replaces `rows` by their levels, at most `limit` in magnitude, which stand for levels × steps.
  func round(_ rows: FloatMatrix, _ steps: StepSizes, limit: Float) {
    let parts = (rows.rows + Self.chunk - 1) / Self.chunk
    Threads.forEach(parts, limit: products.threads) { part in
      let range = part * Self.chunk..<min((part + 1) * Self.chunk, rows.rows)
      if let factor {
        feedback(rows, range, factor, steps, limit)
      } else {
        for row in range { choose(rows, row, steps, limit) }
      }
    }
  }

  private func feedback(
    _ rows: FloatMatrix, _ range: Range<Int>, _ factor: FloatMatrix, _ steps: StepSizes,
    _ limit: Float
  ) {
    let count = order.count
    let work = FloatMatrix(rows: range.count, columns: count)
    for (index, row) in range.enumerated() {
      for place in 0..<count { work[index][place] = rows[row][order[place]] }
    }
    for place in 0..<count {
      let line = factor[place] + place
      for (index, row) in range.enumerated() {
        let values = work[index] + place
        let step = steps[row, order[place]]
        let level = rows[row][order[place]] == 0 ? 0 : Self.level(values[0] / step, limit)
        let error = (values[0] - level * step) / line[0]
        rows[row][order[place]] = level
        guard error != 0, place + 1 < count else { continue }
        products.kernels.accumulate(line + 1, -error, values + 1, count - place - 1)
      }
    }
  }

  static func level(_ value: Float, _ limit: Float) -> Float {
    max(-limit, min(limit, value.rounded(.toNearestOrAwayFromZero)))
  }

  /// Walks through all choices, each a change of one level away from the one before (Gray code).
  private func choose(_ rows: FloatMatrix, _ index: Int, _ steps: StepSizes, _ limit: Float) {
    let (row, count) = (rows[index], order.count)
    var error = [Double](repeating: 0, count: count)
    // What a column's other choice adds to its nearest level.
    var step = [Double](repeating: 0, count: count)
    var level = [Double](repeating: 0, count: count)
    for column in 0..<count {
      let size = steps[index, column]
      let value = row[column] / size
      let nearest = Self.level(value, limit)
      let other = nearest + (value < nearest ? -1 : 1)
      level[column] = Double(nearest)
      error[column] = Double((nearest - value) * size)
      step[column] = value == 0 || abs(other) > limit ? 0 : Double((other - nearest) * size)
    }
    var slope = (0..<count).map { line in
      (0..<count).reduce(0) { $0 + Double(covariance[line][$1]) * error[$1] }
    }
    var (change, best, chosen, current) = (0.0, 0.0, 0, 0)
    for code in 1..<1 << count {
      let column = code.trailingZeroBitCount
      let isTaken = current & 1 << column != 0
      let delta = isTaken ? -step[column] : step[column]
      current ^= 1 << column
      change += delta * (2 * slope[column] + delta * Double(covariance[column][column]))
      for line in 0..<count { slope[line] += delta * Double(covariance[column][line]) }
      if change < best { (best, chosen) = (change, current) }
    }
    for column in 0..<count {
      let moved = chosen & 1 << column != 0 ? step[column] / Double(steps[index, column]) : 0
      row[column] = Float((level[column] + moved).rounded())
    }
  }
}
