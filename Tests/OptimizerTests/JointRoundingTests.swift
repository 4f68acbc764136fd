import KernelTable
import TestSupport
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// Judge: the error eᵀ C e itself, in double precision; for few columns that of every choice.
@Suite struct JointRoundingTests {
  private struct Random {
    var state: UInt64 = 7

    mutating func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }
  }

  /// Covariance of inputs that are alike: neighbours take errors back.
  private func covariance(_ count: Int, _ random: inout Random) -> FloatMatrix {
    let samples = (0..<2 * count).map { _ in
      let common = random.next()
      return (0..<count).map { _ in common + random.next() }
    }
    let matrix = FloatMatrix(rows: count, columns: count)
    for row in 0..<count {
      for column in 0..<count {
        matrix[row][column] = samples.reduce(0) { $0 + $1[row] * $1[column] }
      }
      matrix[row][row] += 0.01
    }
    return matrix
  }

  private func error(
    _ levels: [Float], _ row: [Float], _ covariance: FloatMatrix
  ) -> Double {
    var sum = 0.0
    for i in row.indices {
      for j in row.indices {
        sum += Double(levels[i] - row[i]) * Double(levels[j] - row[j]) * Double(covariance[i][j])
      }
    }
    return sum
  }

  private func rounded(_ rows: [[Float]], _ covariance: FloatMatrix, threads: Int = 2) throws
    -> [[Float]]
  {
    let matrix = FloatMatrix(rows: rows.count, columns: rows[0].count)
    for (index, row) in rows.enumerated() {
      for (column, value) in row.enumerated() { matrix[index][column] = value }
    }
    try #require(JointRounding(covariance, MatrixProduct(threads: threads)))
      .round(matrix, .units(rows: matrix.rows, columns: matrix.columns), limit: 127)
    return rows.indices.map { row in rows[0].indices.map { matrix[row][$0] } }
  }

  @Test(arguments: 1...7) func `Few columns get the best of all choices`(count: Int) throws {
    var random = Random(state: UInt64(count))
    for _ in 0..<20 {
      let covariance = covariance(count, &random)
      let row = (0..<count).map { _ in random.next() * 127 }
      let found = try rounded([row], covariance)[0]
      var best = Double.infinity
      for code in 0..<1 << count {
        let levels = row.enumerated().map {
          $1.rounded(.down) + ($0 < count && code >> $0 & 1 == 1 ? 1 : 0)
        }
        guard levels.allSatisfy({ abs($0) <= 127 }) else { continue }
        best = min(best, error(levels, row, covariance))
      }
      #expect(error(found, row, covariance) <= best + 1e-4 * max(1, best))
    }
  }

  @Test(arguments: [10, 40, 150]) func `Many columns lose less than each for itself`(
    count: Int
  ) throws {
    var random = Random()
    let covariance = covariance(count, &random)
    var rows = (0..<70).map { _ in (0..<count).map { _ in random.next() * 127 } }
    for index in stride(from: 0, to: count, by: 3) { rows[5][index] = 0 }
    rows[6][1] = 127
    let found = try rounded(rows, covariance)
    var (together, single) = (0.0, 0.0)
    for (row, levels) in zip(rows, found) {
      #expect(levels.allSatisfy { $0 == $0.rounded() && abs($0) <= 127 })
      for (value, level) in zip(row, levels) where value == 0 { #expect(level == 0) }
      together += error(levels, row, covariance)
      single += error(row.map { $0.rounded(.toNearestOrAwayFromZero) }, row, covariance)
    }
    #expect(together < 0.5 * single)
    #expect(try rounded(rows, covariance, threads: 1) == found)
  }
}

/// The chosen levels in a model: LiteRT's arithmetic is the interpreter's.
@Suite struct WeightRoundingTests {
  @Test func `Weights behind inputs that are alike lose less when they are chosen together`() throws
  {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    // Every input eight times, by weights that are exact.
    let copies = (0..<64 * 8).map { Float($0 / 8 % 8 == $0 % 8 ? 1 : 0) }
    let wide = maker.operation(
      "FULLY_CONNECTED", [x, maker.constant("copies", [64, 8], copies)], "wide", [1, 64])
    maker.output(maker.dense(wide, "narrow", depth: 64, units: 16, seed: 5))
    let file = try maker.file()
    let samples = try IntegerModel.samples(of: file, 60)
    let single = try IntegerModel(file, .int16x8, samples: samples, effort: 1)
    let together = try IntegerModel(file, .int16x8, samples: samples, effort: 2)
    #expect(try together.error() < 0.5 * single.error())
    let again = try IntegerModel(file, .int16x8, samples: samples, threads: 2, effort: 2)
    #expect(Array(again.file.bytes) == Array(together.file.bytes))
  }
}
