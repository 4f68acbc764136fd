import Evaluation
import Testing

@testable import Report

/// Drawings are judged by geometry: areas, order, and boxes that must not touch.
@Suite struct DrawingTests {
  @Test(arguments: [[6.0, 6, 4, 3, 2, 2, 1], [1], [1000, 1], Array(repeating: 2, count: 50)])
  func `Areas of a map are as the values, inside, and apart`(values: [Double]) throws {
    let frame = Treemap.Box(x: 10, y: 20, width: 300, height: 200)
    let boxes = Treemap(values, in: frame).boxes
    try #require(boxes.count == values.count)
    let scale = 300 * 200 / values.reduce(0, +)
    for (value, box) in zip(values, boxes) {
      #expect(abs(box.width * box.height - value * scale) < 1e-6 * 60_000)
      #expect(box.x >= 10 - 1e-9 && box.x + box.width <= 310 + 1e-9)
      #expect(box.y >= 20 - 1e-9 && box.y + box.height <= 220 + 1e-9)
    }
    for (index, a) in boxes.enumerated() {
      for b in boxes[(index + 1)...] {
        let across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
        let down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
        #expect(across < 1e-6 || down < 1e-6)
      }
    }
  }

  @Test func `A map of nothing, or of figures that are absurd, has no boxes`() {
    let frame = Treemap.Box(x: 0, y: 0, width: 100, height: 100)
    #expect(Treemap([], in: frame).boxes.isEmpty)
    #expect(Treemap([0], in: frame).boxes.isEmpty)
    #expect(Treemap([.infinity], in: frame).boxes.isEmpty)
  }

  @Test func `Axes have round numbers with their unit and include their values`() {
    let bytes = SVGAxis.bytes(to: 137_121, most: 6)
    #expect(bytes.ticks.map(\.text) == ["0 kB", "50 kB", "100 kB", "150 kB"])
    #expect(SVGAxis.bytes(to: 0, most: 5).ticks.count >= 2)
    let small = SVGAxis.numbers(0...0.613, most: 5)
    #expect(small.ticks.map(\.text) == ["0.0", "0.2", "0.4", "0.6", "0.8"])
    let signal = SVGAxis.numbers(-3...48, most: 5)
    #expect(signal.ticks.first?.value == -20 && signal.range.contains(48))
    #expect(SVGAxis.powers(-1...3).ticks.map(\.text) == ["0.1", "1", "10", "100", "1000"])
    for values in [0...1e-300, 0...1e300, 0...0.0] {
      let ticks = SVGAxis.numbers(values, most: 5).ticks
      #expect((2...8).contains(ticks.count))
    }
  }

  @Test func `Positions rise with the value and stay on the axis`() {
    let axis = SVGAxis.numbers(0...10, most: 5)
    #expect(axis.position(5, from: 0, to: 100) == 50)
    #expect(axis.position(5, from: 100, to: 0) == 50)
    #expect(axis.position(.infinity, from: 0, to: 100) == 100)
    #expect(axis.position(-.infinity, from: 0, to: 100) == 0)
    #expect(axis.position(.nan, from: 0, to: 100) == 0)
    let powers = SVGAxis.powers(0...2)
    #expect(abs(powers.position(10, from: 0, to: 100) - 50) < 1e-6)
    #expect(powers.position(0, from: 0, to: 100) == 0)
  }

  /// Thirty points in one place have room for few labels; what is placed must be apart.
  @Test func `Labels never touch each other or a point`() {
    var labels = SVGLabels(width: 200, height: 100)
    let points = (0..<30).map { SVGChart.Point(x: 100 + Double($0), y: 50) }
    for point in points { labels.reserve(point, radius: 4) }
    let placed = points.compactMap { labels.place("256", at: $0, "") }
    #expect((1..<30).contains(placed.count))
    #expect(Set(placed.map(\.text)).count == placed.count)
    #expect(labels.place(String(repeating: "x", count: 99), at: points[0], "") == nil)
  }

  @Test func `Texts are cut to the room they have`() {
    #expect(TextWidth.fitting("pointwise", in: 200) == "pointwise")
    let cut = TextWidth.fitting("pointwise_2_1/convolution", in: 80)
    #expect(cut?.hasPrefix("point") == true && cut?.hasSuffix("…") == true)
    #expect(TextWidth.fitting("pointwise", in: 20) == nil)
    #expect(
      TextWidth.of("W") > TextWidth.of("i") && TextWidth.of("a", isStrong: true) > TextWidth.of("a")
    )
  }

  // MARK: Charts of a report

  private static func whatIf(_ sparsity: Double, _ clusters: Int?, _ error: Double, _ bytes: Int)
    -> ReportDocument.WhatIf
  {
    .init(
      sparsity: sparsity, clusters: clusters, weightError: error,
      stored: .init(raw: bytes * 2, deflate6: bytes, deflate9: nil, entropyBound: bytes), int8: nil)
  }

  @Test func `What if has axes with units, and fills the marks that nothing beats`() throws {
    var report = ReportSamples.empty
    report.whatIf = [
      Self.whatIf(0, nil, 0, 90_000), Self.whatIf(0, 16, 0.1, 40_000),
      Self.whatIf(0.5, nil, 0.2, 60_000), Self.whatIf(0.5, 16, 0.25, 20_000),
    ]
    let page = try ParsedPage(report.html)
    #expect(page.text.contains("40 kB") && page.text.contains("0.2\n"))
    #expect(page.text.contains("weights' relative error (L2)"))
    // Half the weights zero and all values: larger than 16 values, and further off.
    let hollow = report.html.split(separator: "\n").filter {
      $0.contains(" hollow") && $0.contains("<circle")
    }
    #expect(hollow.count == 2 && hollow.allSatisfy { $0.contains("50 % zeros, all values") })
    #expect(page.count("circle") == 8)
    #expect(page.numbers.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 960 })
  }

  @Test func `The error chart has a point for each result, in the colour of its level`() throws {
    var report = ReportSamples.report(text: "plain")
    let row = try #require(report.quality?.outputs.first)
    report.quality?.tensors = [60.0, 15, 5, .infinity].map { signal in
      var row = row
      row.sqnr = signal
      return row
    }
    let html = report.html
    for (level, count) in [("dot good", 2), ("dot low", 1), ("dot bad", 1)] {
      #expect(html.components(of: "class=\"\(level)\"") == 2 * count, "\(level)")
    }
    report.quality?.tensors.removeAll()
    #expect(try !ParsedPage(report.html).identifiers.contains("errors"))
  }

  @Test func `A chart of thousands of results shows the worst of each stretch`() throws {
    var report = ReportSamples.report(text: "plain")
    let row = try #require(report.quality?.outputs.first)
    report.quality?.tensors = (0..<5_000).map { index in
      var row = row
      row.sqnr = index == 2_345 ? 3 : 50
      return row
    }
    let html = report.html
    #expect(html.components(of: "class=\"dot bad\"") == 2)
    #expect(html.components(of: "<circle") <= 420)
  }

  @Test func `The worst ten results have their values over the range, if there were samples`()
    throws
  {
    var report = ReportSamples.report(text: "plain")
    var row = try #require(report.quality?.outputs.first)
    var histogram = try #require(ValueHistogram(-1...1))
    histogram.add([0, 1, 1], reference: [0, 0.5, 7])
    row.histogram = histogram
    report.quality?.tensors = (0..<12).map { index in
      row.sqnr = Double(index)
      row.name = "result \(index)"
      return row
    }
    let page = try ParsedPage(report.html)
    #expect(page.identifiers.contains("range-9-small-title"))
    #expect(!page.identifiers.contains("range-10-small-title"))
    // An area for the first model and a line for the result, each with the corners of all bins.
    let paths = report.html.split(separator: "\n").filter { $0.contains("<polyline") }
    let areas = paths.filter { $0.contains("area series-0") }
    #expect(areas.count == 10 && areas.allSatisfy { $0.count { $0 == "," } == 2 * 48 + 2 })
    #expect(paths.count { $0.contains("outline series-3") } == 10)
    #expect(
      page.text.contains("Values of result 9\n") && !page.text.contains("Values of result 10\n"))
    #expect(page.numbers.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 960 })
    report.quality?.isRandom = true
    #expect(try !ParsedPage(report.html).identifiers.contains("ranges"))
  }

  // MARK: First screen

  @Test(arguments: [(25.0, ""), (18, " low"), (9, " bad")])
  func `Quality has the colour of its limits`(signal: Double, style: String) throws {
    var report = ReportSamples.report(text: "plain")
    report.quality?.outputs[0].sqnr = signal
    report.quality?.outputs[0].argmaxAgreement = 1
    let html = report.html
    #expect(html.contains("<div class=\"tile much\(style)\"><h2>Quality"))
    report.quality?.outputs[0].argmaxAgreement = 0.5
    #expect(report.html.contains("<div class=\"tile much bad\"><h2>Quality"))
  }

  @Test func `Advice stands on the first screen`() throws {
    var report = ReportSamples.report(text: "plain")
    report.quality?.advice = "--range <minmax>: better"
    let text = try ParsedPage(report.html).text
    let advice = try #require(text.range(of: "--range <minmax>: better"))
    let first = try #require(text.range(of: "Error along the network"))
    #expect(advice.lowerBound < first.lowerBound)
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
