import Evaluation

/// The loss while the model was trained, as a chart.
enum HTMLTraining {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let training = report.quality?.training, training.curve.count > 1 else { return nil }
    let chart = LossChart(training)
    return HTMLSection(
      id: "training", title: "Training",
      body: """
        <p>The weights were \(training.text). The loss adds up \(training.loss); each point is the \
        mean of a part of the steps.</p>
        <figure>
        \(SVGChart.both(chart.drawing))</figure>
        """)
  }
}

/// The mean loss of equal parts of the steps.
private struct LossChart {
  private let training: CalibrationSummary.Training

  init(_ training: CalibrationSummary.Training) { self.training = training }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let curve = training.curve
    let (top, bottom) = (34.0, isWide ? 230.0 : 210)
    let frame = SVGFrame(
      format: format, top: top, bottom: bottom,
      x: .numbers(0...Double(training.steps), most: isWide ? 12 : 5),
      y: .numbers(0...max(curve.max() ?? 1, 1e-9), most: 5))
    let spots = curve.enumerated().map { index, loss in
      frame.point((Double(index) + 0.5) * Double(training.steps) / Double(curve.count), loss)
    }
    return SVGChart(
      id: "training-chart", title: "Training",
      summary: "The mean loss of parts of the steps, from "
        + "\(Numbers.fixed(curve.first ?? 0, 4)) to \(Numbers.fixed(curve.last ?? 0, 4)).",
      format: format, height: bottom + 42,
      body: frame.markup(xTitle: "step", yTitle: "loss (less is better)")
        + SVGChart.path(spots, "way"))
  }
}
