/// Places texts beside points so that none covers another or a point.
struct SVGLabels {
  private struct Box {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    func touches(_ other: Box) -> Bool { x.overlaps(other.x) && y.overlaps(other.y) }
  }

  private let area: (x: ClosedRange<Double>, y: ClosedRange<Double>)
  private var taken: [Box] = []

  init(from left: Double = 0, width: Double, height: Double) {
    area = (left...width, 0...height)
  }

  /// Keeps texts off a point.
  mutating func reserve(_ point: SVGChart.Point, radius: Double) {
    taken.append(
      Box(x: point.x - radius...point.x + radius, y: point.y - radius...point.y + radius))
  }

  /// Keeps texts off a line through points.
  mutating func reserve(_ points: [SVGChart.Point]) {
    for (a, b) in zip(points, points.dropFirst()) {
      let steps = Int(max(abs(a.x - b.x), abs(a.y - b.y)) / 6) + 1
      for step in 0...min(steps, 400) {
        let share = Double(step) / Double(steps)
        reserve(.init(x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y)), radius: 1)
      }
    }
  }

  /// Returns the text at a free place beside the point; nil if there is none.
  mutating func place(_ text: String, at point: SVGChart.Point, _ classes: String) -> Markup? {
    let width = TextWidth.of(text, isStrong: classes == "strong")
    let spots: [(x: Double, y: Double, anchor: String)] = [
      (point.x + 8, point.y - 5, ""), (point.x - 8, point.y - 5, "end"),
      (point.x + 8, point.y + 14, ""), (point.x - 8, point.y + 14, "end"),
      (point.x, point.y - 10, "middle"), (point.x, point.y + 19, "middle"),
      (point.x, point.y - 24, "middle"), (point.x, point.y + 33, "middle"),
    ]
    for spot in spots {
      let start =
        spot.anchor == "" ? spot.x : spot.anchor == "end" ? spot.x - width : spot.x - width / 2
      let box = Box(x: start...start + width, y: spot.y - 10...spot.y + 3)
      guard box.x.lowerBound >= area.x.lowerBound, box.x.upperBound <= area.x.upperBound,
        box.y.lowerBound >= area.y.lowerBound, box.y.upperBound <= area.y.upperBound,
        !taken.contains(where: box.touches)
      else { continue }
      taken.append(box)
      return SVGChart.text(text, x: spot.x, y: spot.y, "\(classes) \(spot.anchor)")
    }
    return nil
  }
}
