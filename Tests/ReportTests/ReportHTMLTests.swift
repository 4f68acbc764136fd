import Testing

@testable import Report

/// Well-formedness is judged by Foundation's XML parser.
@Suite("The HTML report")
struct ReportHTMLTests {
  // MARK: Hostile text

  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)",
    "]]>", "&amp;&#0;&lt", "-->", "</title></style></script>",
    "\0\u{1}\u{8}\u{B}\u{1B}\u{7F}\u{85}",
    "line\nbreak\ttab\r\n", "\u{FFFE}\u{FFFF}\u{1FFFF}", "\u{202E}gnp.exe\u{2066}",
    "\u{FEFF}\u{2028}",
    "\u{E0001}\u{E000}\u{200D}", "<\u{338}b>", String(repeating: "long ", count: 2_000),
    String(decoding: [0x66, 0xFF, 0xC0, 0xED, 0xA0, 0x80] as [UInt8], as: UTF8.self),
  ]

  @Test("stays well-formed and keeps its elements whatever the texts are", arguments: hostile)
  func hostileText(text: String) throws {
    let page = try ParsedPage(ReportSamples.report(text: text).html)
    let plain = try ParsedPage(ReportSamples.report(text: "plain").html)
    // A long name gets a span with the whole name, and no room in a drawing.
    let flexible: Set = ["span", "text"]
    #expect(
      page.elements.filter { !flexible.contains($0) }
        == plain.elements.filter { !flexible.contains($0) })
    #expect(
      page.attributeNames.subtracting(["title"]) == plain.attributeNames.subtracting(["title"]))
    let isShapeless = page.text.unicodeScalars.contains { scalar in
      scalar != "\n"
        && [.control, .format, .unassigned].contains(scalar.properties.generalCategory)
    }
    #expect(!isShapeless)
  }

  @Test("shows a name as it is, not as markup")
  func escaping() throws {
    let report = ReportSamples.report(text: "<b a=\"1\" b='2'>&amp;")
    #expect(report.html.contains("&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;"))
    #expect(!report.html.contains("<b a="))
    #expect(try ParsedPage(report.html).text.contains("<b a=\"1\" b='2'>&amp;"))
  }

  @Test("shows a stand-in for what cannot be seen or would turn the line")
  func standIns() {
    #expect(HTMLText.escaped("a\0b\nc") == "a␀b␊c")
    #expect(HTMLText.escaped("a\u{7F}\u{202E}b\u{FFFF}") == "a⟨U+007F⟩⟨U+202E⟩b⟨U+FFFF⟩")
    #expect(HTMLText.escaped("größe/重み🙂e\u{301}") == "größe/重み🙂e\u{301}")
  }

  @Test("cuts long names in the middle and counts wide characters twice")
  func shortening() {
    #expect(ReadableText.shortened("short", to: 5) == "short")
    #expect(ReadableText.shortened("abcdefghijklmnop", to: 9) == "ab…klmnop")
    #expect(ReadableText.shortened("重重重重重重", to: 8) == "重…重重")
    #expect(ReadableText.shortened("", to: 8).isEmpty)
  }

  // MARK: Content

  @Test("of an empty report is a headline and the file's name")
  func emptyReport() throws {
    let page = try ParsedPage(ReportSamples.empty.html)
    #expect(page.count("section") == 1 && page.identifiers.contains("run"))
    #expect(page.count("table") == 0)
    #expect(page.count("svg") == 0)
    #expect(page.count("nav") == 0)
    #expect(page.count("h1") == 1)
    #expect(page.text.contains("model.tflite"))
  }

  @Test("of a full report has every part, and each drawing a title and a description")
  func fullReport() throws {
    let page = try ParsedPage(ReportSamples.report(text: "plain").html)
    let parts = [
      "errors", "bytes", "quality", "operators", "constants", "entropy", "next", "ports", "run",
      "categories", "groups", "compressibility", "steps", "gates",
    ]
    for part in parts { #expect(page.identifiers.contains(part), "\(part)") }
    #expect(Set(page.identifiers).count == page.identifiers.count)
    #expect(Set(page.references).isSubset(of: Set(page.identifiers)))
    // Two drawings, each for a desk and for a telephone.
    #expect(page.count("svg") == 4)
    #expect(page.count("desc") == 4)
    for text in ["4.00× smaller", "libz 1.2.13", "max-size", "FAILED", "1 warning"] {
      #expect(page.text.contains(text), "\(text)")
    }
  }

  @Test("loads nothing and runs nothing but its own script")
  func selfContained() throws {
    let html = ReportSamples.report(text: "plain").html
    let page = try ParsedPage(html)
    #expect(page.count("link") + page.count("img") + page.count("iframe") == 0)
    #expect(page.attributeNames.isDisjoint(with: ["src", "onclick", "onload", "onerror"]))
    #expect(!html.contains("url(") && !html.contains("@import"))
    #expect(page.count("script") == 1)
    #expect(HTMLScript.policy.hasPrefix("default-src 'none';"))
  }

  @Test("has a policy with the digest of the script as it stands in the page")
  func scriptDigest() throws {
    // Recorded from `openssl dgst -sha256 -binary | base64` over the script; record it anew when
    // the script changes.
    let recorded = "sha256-HE4HdSsxU+F6VfAVuDDQf28zKRWf3JR4erAn+sEG2RI="
    #expect(HTMLScript.policy.contains("script-src '\(recorded)'"))
    #expect(ReportSamples.empty.html.contains("<script>\(HTMLScript.source.text)</script>"))
  }

  @Test("is the same for the same report")
  func deterministic() {
    #expect(ReportSamples.report(text: "plain").html == ReportSamples.report(text: "plain").html)
  }

  @Test("shows as many rows as stay below 300 kB and says how many more there are")
  func budget() throws {
    var report = ReportSamples.report(text: "plain")
    let name = String(repeating: "model/block/", count: 15)
    report.tensors = (0..<3_000).map {
      ReportSamples.constant("\(name)t\($0)", bytes: 4_000 + $0, entropy: 6)
    }
    report.operators = (0..<3_000).map { index in
      .init(
        subgraph: 0, index: index, kind: "ADD", before: .init(result: .float32),
        after: .init(result: .float32), reason: .skipped(rule: name), output: "\(name)r\(index)")
    }
    let row = try #require(report.quality?.tensors.last)
    report.quality?.tensors = (0..<3_000).map { index in
      var row = row
      row.name = "\(name)r\(index)"
      return row
    }
    report.quality?.operators = (0..<3_000).map { index in
      .init(
        subgraph: 0, index: index, kind: "ADD", output: "\(name)r\(index)", type: "int8", row: row)
    }
    let html = report.html
    #expect(html.utf8.count < 300_000)
    let page = try ParsedPage(html)
    #expect(page.text.contains(#/and [0-9],[0-9]{3} more constants; --json lists them all/#))
    #expect(page.text.contains(#/and [0-9],[0-9]{3} more operators; --json lists them all/#))
    // The largest are shown.
    let rows = try #require(page.rows(of: "constants"))
    #expect(rows[1][0].hasSuffix("t2999") && rows.count > 50)
  }

  @Test("cuts what names begin with and keeps the whole name on hover")
  func names() {
    let names = HTMLNames(["net/enc/a/w", "net/enc/b/w", "net/enc/c/w", "other"])
    #expect(names.prefix == "net/enc/")
    #expect(names.cell("net/enc/a/w").text == "<span title=\"net/enc/a/w\">…/a/w</span>")
    #expect(names.cell("other").text == "other")
    #expect(
      names.cell("net/enc/a/w;net/enc/a/b").text
        == "<span title=\"net/enc/a/w;net/enc/a/b\">…/a/w +1</span>")
    #expect(names.cell("\"<").text == "&quot;&lt;")
    let long = names.cell(String(repeating: "x", count: 400)).text
    #expect(long.count < 330 && long.contains("…"))
    #expect(HTMLNames(["a", "b"]).prefix.isEmpty && HTMLNames([]).note == nil)
  }

  @Test("leaves bars and shares finite when figures are absurd")
  func absurdFigures() throws {
    var report = ReportSamples.report(text: "plain")
    report.input.bytes = 0
    report.tensors = [
      ReportSamples.constant("a", bytes: Int.max / 16, entropy: .infinity),
      ReportSamples.constant("b", bytes: 5_000, entropy: .nan),
      ReportSamples.constant("c", bytes: 5_000, elements: 0), ReportSamples.constant("", bytes: 0),
      ReportSamples.constant("d", bytes: 5_000, entropy: -1e300),
      ReportSamples.constant("e", bytes: 5_000, encoding: .dense(.int8), entropy: 1e300),
    ]
    report.anatomy = .init(before: [("weights", 0)], after: [("weights", 0)])
    let page = try ParsedPage(report.html)
    #expect(page.numbers.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 960 })
    #expect(!page.identifiers.contains("categories"))
  }

  // MARK: Potential savings

  @Test("estimates savings from float32, float16 and, by entropy, int8")
  func potential() throws {
    var report = ReportSamples.empty
    report.tensors = [
      ReportSamples.constant("half", bytes: 4_000, encoding: .dense(.float16)),
      ReportSamples.constant(
        "packed", bytes: 8_001, encoding: .dense(.int8), elements: 8_001, entropy: 6),
      ReportSamples.constant("single", bytes: 4_000),
      ReportSamples.constant("bias", bytes: 4_000, role: .bias),
      ReportSamples.constant("whole", bytes: 4_000, encoding: .dense(.int32)),
      ReportSamples.constant("sparse", bytes: 4_000, encoding: .sparse(.float32)),
    ]
    let rows = try #require(ParsedPage(report.html).rows(of: "next"))
    #expect(rows.map { $0[0] } == ["Name", "single", "half", "packed"])
    // ceil(8001 × 6 / 8) = 6001 bytes stay of the last.
    #expect(rows.dropFirst().map { $0[2] } == ["3,000", "2,000", "2,000"])
    #expect(rows[1].contains("no step asked for it") == false)
  }

  @Test("offers no savings for constants that changed or are gone")
  func noPotential() throws {
    var changed = ReportSamples.constant("changed", bytes: 4_000)
    changed.after = .dense(.int8)
    changed.bytesAfter = 1_000
    var gone = ReportSamples.constant("gone", bytes: 4_000)
    gone.bytesAfter = 0
    var report = ReportSamples.empty
    report.tensors = [changed, gone]
    #expect(try !ParsedPage(report.html).identifiers.contains("next"))
  }

  @Test("groups digits in threes")
  func grouping() {
    #expect(Numbers.grouped(0) == "0")
    #expect(Numbers.grouped(999) == "999")
    #expect(Numbers.grouped(-1_000) == "-1,000")
    #expect(Numbers.grouped(1_234_567) == "1,234,567")
    #expect(Numbers.grouped(Int.min) == "-9,223,372,036,854,775,808")
  }
}
