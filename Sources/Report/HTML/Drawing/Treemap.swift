/// Divides a rectangle into rectangles whose areas are as given and whose sides are alike.
///
/// Source: Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000.
struct Treemap {
  struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  /// One box for each value, in their order; `values` are positive and fall.
  private(set) var boxes: [Box] = []
  private var rest: Box
  /// Area of a unit of value.
  private let scale: Double

  init(_ values: [Double], in box: Box) {
    rest = box
    let sum = values.reduce(0, +)
    scale = sum > 0 ? box.width * box.height / sum : 0
    guard sum > 0, sum.isFinite else { return }
    var row: [Double] = []
    for value in values {
      let side = min(rest.width, rest.height)
      if !row.isEmpty, worst(row + [value], side) > worst(row, side) {
        lay(row)
        row = []
      }
      row.append(value)
    }
    lay(row)
  }

  /// The greatest ratio of sides in a row along `side`.
  private func worst(_ row: [Double], _ side: Double) -> Double {
    let area = row.reduce(0, +) * scale
    guard area > 0, side > 0 else { return .infinity }
    let (most, least) = ((row.max() ?? 0) * scale, (row.min() ?? 0) * scale)
    return max(side * side * most / (area * area), area * area / (side * side * least))
  }

  /// Puts a row along the shorter side of what is left.
  private mutating func lay(_ row: [Double]) {
    let area = row.reduce(0, +) * scale
    let isUpright = rest.width >= rest.height
    let side = isUpright ? rest.height : rest.width
    guard area > 0, side > 0 else { return }
    let depth = area / side
    var place = isUpright ? rest.y : rest.x
    for value in row {
      let length = value * scale / depth
      boxes.append(
        isUpright
          ? Box(x: rest.x, y: place, width: depth, height: length)
          : Box(x: place, y: rest.y, width: length, height: depth))
      place += length
    }
    if isUpright {
      rest.x += depth
      rest.width = max(0, rest.width - depth)
    } else {
      rest.y += depth
      rest.height = max(0, rest.height - depth)
    }
  }
}
