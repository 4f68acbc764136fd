/// The scales of a matrix of weights: one for `width` neighbours of each row.
struct StepSizes {
  /// Columns that share a scale; a row's last group may have fewer.
  let width: Int
  private let groups: Int
  private var values: [Float]

  /// `values` are by row, then by group of columns; or one for the matrix.
  init(_ values: [Float], rows: Int, columns: Int, width: Int) {
    self.width = max(1, width)
    groups = (columns + self.width - 1) / self.width
    self.values =
      values.count == 1 ? Array(repeating: values[0], count: rows * groups) : values
  }

  /// Scales of one for weights that come in units of a step.
  static func units(rows: Int, columns: Int) -> Self {
    Self([1], rows: rows, columns: columns, width: columns)
  }

  var groupsPerRow: Int { groups }

  subscript(row: Int, group group: Int) -> Float {
    get { values[row * groups + group] }
    set { values[row * groups + group] = newValue }
  }

  /// The scale of a column.
  subscript(row: Int, column: Int) -> Float { values[row * groups + column / width] }

  /// Returns the columns of a group.
  func columns(_ group: Int, of count: Int) -> Range<Int> {
    group * width..<min((group + 1) * width, count)
  }

  func scaled(by share: Float) -> Self {
    var copy = self
    copy.values = values.map { $0 * share }
    return copy
  }

  /// Row by row, then group by group.
  var all: [Float] { values }
}
