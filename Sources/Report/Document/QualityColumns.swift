import Evaluation

extension ReportDocument.Quality {
  /// An output by the columns of one axis.
  package struct Columns: Sendable {
    /// From 0.
    package var axis: Int
    package var count: Int
    /// Nil if no column has an error.
    package var worst: Column?
    /// Ranges of column numbers in ascending order; empty if none is lost.
    package var lost: [ClosedRange<Int>]

    package var lostCount: Int { lost.reduce(0) { $0 + $1.count } }
  }

  /// A column, or neighbouring columns of a very long axis that are counted together.
  package struct Column: Sendable {
    package var numbers: ClosedRange<Int>
    package var sqnr: Double
    package var before: Values
    package var after: Values

    /// The values of one model in the column.
    package struct Values: Sendable {
      package var range: ClosedRange<Float>
      package var distinct: Int
      /// Whether there are more distinct values than were counted.
      package var isMore: Bool
    }
  }
}

extension ReportDocument.Quality.Columns {
  /// Makes the columns of the axis with the most values lost; of equal axes the earlier one.
  init?(_ axes: [ColumnErrors]) {
    let share = { (errors: ColumnErrors) in
      Double(errors.lost.count) / Double(errors.groups.count)
    }
    guard var chosen = axes.first else { return nil }
    for errors in axes.dropFirst() where chosen.lost.isEmpty && share(errors) > 0 {
      chosen = errors
    }
    let errors = chosen
    let numbers = { (group: Int) in
      group * errors.groupSize...min(errors.columns, (group + 1) * errors.groupSize) - 1
    }
    axis = errors.axis
    count = errors.columns
    worst = errors.worst.map { .init(errors.groups[$0], numbers($0), errors.mostDistinct) }
    lost = errors.lost.sorted().reduce(into: []) { ranges, group in
      let next = numbers(group)
      if let last = ranges.last, last.upperBound + 1 == next.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound...next.upperBound
      } else {
        ranges.append(next)
      }
    }
  }
}

extension ReportDocument.Quality.Column {
  init(_ group: ColumnErrors.Group, _ numbers: ClosedRange<Int>, _ mostDistinct: Int) {
    let values = { (side: ColumnErrors.Side) in
      Values(
        range: side.least...side.greatest, distinct: min(side.distinct, mostDistinct),
        isMore: side.distinct > mostDistinct)
    }
    self.init(
      numbers: numbers, sqnr: group.sqnr, before: values(group.reference),
      after: values(group.other))
  }
}
