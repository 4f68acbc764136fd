import Optimizer
import TFLite

/// The bytes of the file before and of the one after as areas of one scale, each constant a box.
struct ByteMap {
  private struct Item {
    let name: String
    let bytes: Int
    let style: String
    let note: String
  }

  private let report: ReportDocument
  private let names: HTMLNames

  init(_ report: ReportDocument, _ names: HTMLNames) {
    self.report = report
    self.names = names
  }

  /// The encodings that the drawing has, for its legend.
  var legend: SVGLegend {
    var seen: [(mark: String, meaning: String)] = []
    for constant in report.tensors {
      let encodings =
        (constant.bytesBefore > 0 ? [constant.before] : [])
        + (constant.bytesAfter > 0 ? [constant.after] : [])
      for encoding in encodings where !seen.contains(where: { $0.mark == encoding.style }) {
        seen.append((encoding.style, encoding.family))
      }
    }
    return SVGLegend(entries: seen + smaller + [("enc-rest", "all else in the file")])
  }

  /// Of the narrower drawing, which leaves more to it.
  private var smaller: [(mark: String, meaning: String)] {
    let stored = report.tensors.count { $0.bytesBefore > 0 || $0.bytesAfter > 0 }
    return stored > Self.most(.narrow) ? [("others", "smaller constants")] : []
  }

  private static func most(_ format: SVGChart.Format) -> Int { format == .wide ? 36 : 18 }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let hasAfter = report.hasAfter
    let isWide = format == .wide
    let before = items(Self.most(format), \.before, \.bytesBefore, report.input.bytes)
    let after = items(
      Self.most(format), \.after, \.bytesAfter,
      report.output?.bytes ?? report.compressibility?.after?.raw)
    let sums = (before.reduce(0) { $0 + $1.bytes }, after.reduce(0) { $0 + $1.bytes })
    let most = Double(max(sums.0, hasAfter ? sums.1 : 0, 1))
    let width = hasAfter && isWide ? format.width / 2 - 10 : format.width
    let height = isWide ? 320.0 : 260
    // Areas are bytes, so sides are their root.
    func box(_ sum: Int, x: Double, y: Double) -> Treemap.Box {
      let side = (Double(sum) / most).squareRoot()
      return .init(x: x, y: y + 22, width: width * side, height: height * side)
    }
    var body = map(before, box(sums.0, x: 0, y: 0), hasAfter ? "before" : "file", sums.0)
    var bottom = height + 24
    if hasAfter {
      let place =
        isWide ? (x: width + 20, y: 0.0) : (x: 0.0, y: box(sums.0, x: 0, y: 0).height + 34)
      let second = box(sums.1, x: place.x, y: place.y)
      body += map(after, second, "after", sums.1)
      bottom = max(isWide ? height + 24 : 0, second.y + second.height + 2)
    }
    return SVGChart(
      id: "bytes-chart", title: "Bytes of the file by constant",
      summary: "Areas are bytes"
        + (hasAfter ? ", of one scale before and after" : "")
        + "; the tables of categories and of constants have the figures.",
      format: format, height: bottom, body: body)
  }

  private func items(
    _ most: Int, _ encoding: KeyPath<ReportDocument.Constant, Encoding>,
    _ bytes: KeyPath<ReportDocument.Constant, Int>, _ file: Int?
  ) -> [Item] {
    let stored = report.tensors.filter { $0[keyPath: bytes] > 0 }
      .greatestFirst { $0[keyPath: bytes] }
    var items = stored.prefix(most).map { constant in
      Item(
        name: constant.name, bytes: constant[keyPath: bytes],
        style: constant[keyPath: encoding].style,
        note: "\(constant.role.text), \(constant[keyPath: encoding].text)")
    }
    let others = stored.dropFirst(most)
    if !others.isEmpty {
      items.append(
        Item(
          name: "\(others.count) smaller", bytes: others.reduce(0) { $0 + $1[keyPath: bytes] },
          style: "others", note: "constants"))
    }
    let sum = items.reduce(0) { $0 + min($1.bytes, .max / 64) }
    if let file, file > sum {
      items.append(
        Item(
          name: "all else", bytes: file - sum, style: "enc-rest", note: "names, structure, scales"))
    }
    return items.sorted { $0.bytes > $1.bytes }
  }

  private func map(_ items: [Item], _ box: Treemap.Box, _ label: String, _ sum: Int) -> Markup {
    let boxes = Treemap(items.map { Double($0.bytes) }, in: box).boxes
    return SVGChart.text("\(label): \(Numbers.bytes(sum))", x: box.x, y: box.y - 8, "strong")
      + zip(items, boxes).reduce("") { $0 + cell($1.0, $1.1) }
  }

  private func cell(_ item: Item, _ box: Treemap.Box) -> Markup {
    let gap = min(box.width, box.height) > 3 ? 1.0 : 0
    let size = Numbers.bytes(item.bytes)
    let name = item.name.isEmpty ? "(no name)" : item.name
    var markup = SVGChart.bar(
      x: box.x, y: box.y, width: max(0, box.width - gap), height: max(0, box.height - gap),
      "cell \(item.style)",
      title: "\(ReadableText.shortened(name, to: 120)): \(size), \(item.note)")
    guard box.height >= 20, let label = TextWidth.fitting(names.label(name), in: box.width - 14)
    else { return markup }
    markup += SVGChart.text(label, x: box.x + 6, y: box.y + 15, "on-part")
    guard TextWidth.of(size) <= box.width - 14, box.height >= 36 else { return markup }
    return markup + SVGChart.text(size, x: box.x + 6, y: box.y + 30, "on-part")
  }
}

extension Encoding {
  /// The class of the colour.
  fileprivate var style: String {
    switch type {
    case .float32, .float64: "enc-float32"
    case .float16, .bfloat16: "enc-float16"
    case .int8, .uint8: "enc-int8"
    case .int4: "enc-int4"
    default: type.bits.map { $0 < 8 } == true ? "enc-int4" : "enc-other"
    }
  }

  fileprivate var family: String {
    switch style {
    case "enc-float32": "float32"
    case "enc-float16": "float16"
    case "enc-int8": "8-bit integers"
    case "enc-int4": "integers below 8 bits"
    default: "wider integers and other types"
    }
  }
}
