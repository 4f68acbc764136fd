import Evaluation

/// The loss while the model was trained, as a chart.
enum HTMLTraining {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let training = report.quality?.training, training.curve.count > 1 else { return nil }
    let loss = TrainingChart(training)
    let checks = training.checks.count > 1 ? TrainingChart(checksOf: training) : nil
    return HTMLSection(
      id: "training", title: "Training",
      body: """
        <p>The weights were \(training.text). The loss adds up \(training.loss); each point is the \
        mean of a part of the steps.</p>
        <figure>
        \(SVGChart.both(loss.drawing))</figure>
        \(checks.map { chart -> Markup in """
          <p>\(training.choice ?? "")</p>
          <figure>
          \(SVGChart.both(chart.drawing))</figure>
          """ })
        """)
  }
}

/// A figure over the steps of training.
private struct TrainingChart {
  private let id: String
  private let title: String
  /// What the figure is at the steps.
  private let name: String
  private let steps: Int
  private let points: [(step: Double, value: Double)]

  /// The mean loss of equal parts of the steps.
  init(_ training: CalibrationSummary.Training) {
    (id, title, name) = ("training-chart", "Training", "loss")
    steps = training.steps
    let length = Double(training.steps) / Double(max(training.curve.count, 1))
    points = training.curve.enumerated().map { ((Double($0) + 0.5) * length, $1) }
  }

  /// The error on held-out samples.
  init(checksOf training: CalibrationSummary.Training) {
    (id, title) = ("held-out-chart", "Held-out samples")
    name = training.measure.rawValue
    steps = training.steps
    points =
      [(0, training.before)]
      + training.checks.filter(\.error.isFinite).map { (Double($0.step), $0.error) }
  }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let (top, bottom) = (34.0, isWide ? 230.0 : 210)
    let most = points.map(\.value).max() ?? 1
    let frame = SVGFrame(
      format: format, top: top, bottom: bottom,
      x: .numbers(0...Double(steps), most: isWide ? 12 : 5),
      y: .numbers(0...max(most, 1e-9), most: 5))
    return SVGChart(
      id: id, title: title,
      summary: "The \(name), from \(Numbers.fixed(points.first?.value ?? 0, 4)) to "
        + "\(Numbers.fixed(points.last?.value ?? 0, 4)).",
      format: format, height: bottom + 42,
      body: frame.markup(xTitle: "step", yTitle: "\(name) (less is better)")
        + SVGChart.path(points.map { frame.point($0.step, $0.value) }, "way"))
  }
}
