import Platform
import Testing

@testable import Evaluation

/// Arrays whose columns were made to be lost, or not, judge.
@Suite struct ColumnErrorsTests {
  private static let rows = 200

  /// Columns in the last axis of [1, rows, columns], each rounded to steps of its own.
  private func errors(
    _ columns: [(ClosedRange<Float>, step: Float)], rows: Int = rows, axis: Int = 2
  ) throws -> ColumnErrors {
    var random = SeededRandom(seed: 7)
    let isLast = axis == 2
    var reference = [Float](repeating: 0, count: rows * columns.count)
    var other = reference
    for row in 0..<rows {
      for (column, (range, step)) in columns.enumerated() {
        let unit = Float(random.next() >> 40) / Float(1 << 24)
        let value = range.lowerBound + unit * (range.upperBound - range.lowerBound)
        let place = isLast ? row * columns.count + column : column * rows + row
        reference[place] = value
        other[place] = step == 0 ? value : (value / step).rounded() * step
      }
    }
    let shape = isLast ? [1, rows, columns.count] : [1, columns.count, rows]
    var errors = try #require(ColumnErrors(shape: shape, axis: axis))
    errors.add(other, reference: reference, shape: shape)
    return errors
  }

  @Test(arguments: [1, 2]) func `Scores are lost beside boxes in steps of 2.5`(axis: Int) throws {
    let found = try errors([(0...640, 2.5), (0...1, 2.5), (0.2...0.9, 2.5)], axis: axis)
    #expect(Set(found.lost) == [1, 2])
    #expect(found.groups[1].reference.distinct > 190 && found.groups[1].other.distinct == 1)
    #expect(found.worst.map(found.lost.contains) == true)
  }

  @Test func `Steps of 8 bits over the column lose nothing`() throws {
    let found = try errors([(0...640, 2.5), (0...1, 1 / 256), (-3...5, 8 / 255)])
    #expect(found.lost.isEmpty && found.worst != nil)
  }

  @Test func `A class that no sample shows is not lost`() throws {
    let found = try errors([(0...1, 1 / 256), (0...0.001, 1 / 256), (0...0, 1 / 256)])
    #expect(found.lost.isEmpty)
  }

  @Test func `A constant column is lost only by an error that is large beside it`() throws {
    #expect(try errors([(0...10, 0), (5...5, 4.9)]).lost.isEmpty)
    #expect(try errors([(0...10, 0), (5...5, 3.5)]).lost == [1])
    // A corner pixel that is always zero, off by a step of the whole image's.
    var corner = try #require(ColumnErrors(shape: [200, 2], axis: 1))
    let reference = (0..<400).map { Float($0 % 2 == 0 ? $0 : 0) }
    corner.add(reference.map { $0 == 0 ? 1.6 : $0 }, reference: reference, shape: [200, 2])
    #expect(corner.lost.isEmpty)
  }

  @Test func `A few values prove little`() throws {
    #expect(try errors([(0...640, 2.5), (-2...2, 2.5)], rows: 7).lost.isEmpty)
    #expect(try errors([(0...640, 2.5), (-1...1, 2.5)], rows: 10).lost == [1])
  }

  @Test func `A million columns are told apart in groups of neighbours`() throws {
    var errors = try #require(ColumnErrors(shape: [1, 1_000_000], axis: 1))
    let reference = [Float](repeating: 2, count: 1_000_000)
    errors.add(reference, reference: reference, shape: [1, 1_000_000])
    #expect(errors.groupSize == 245 && errors.groups.count == 4082 && errors.mostDistinct == 64)
    #expect(errors.groups.map(\.values).reduce(0, +) == 1_000_000 && errors.lost.isEmpty)
    // Another shape has other columns.
    errors.add([1, 1], reference: [2, 2], shape: [1, 2])
    #expect(errors.groups.map(\.values).reduce(0, +) == 1_000_000)
  }
}
