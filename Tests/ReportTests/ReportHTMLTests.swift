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
    #expect(page.elements == plain.elements)
    #expect(page.attributeNames == plain.attributeNames)
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

  @Test("of an empty report is a headline and nothing else")
  func emptyReport() throws {
    let page = try ParsedPage(ReportSamples.empty.html)
    #expect(page.count("section") == 0)
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
      "quality", "anatomy", "sizes", "entropy", "next", "compressibility", "steps", "constants",
      "operators",
    ]
    for part in parts { #expect(page.identifiers.contains(part), "\(part)") }
    #expect(Set(page.identifiers).count == page.identifiers.count)
    #expect(Set(page.references).isSubset(of: Set(page.identifiers)))
    #expect(page.count("svg") == 3)
    #expect(page.count("desc") == 3)
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
    #expect(HTMLSortScript.policy.hasPrefix("default-src 'none';"))
  }

  @Test("has a policy with the digest of the script as it stands in the page")
  func scriptDigest() throws {
    // Recorded from `openssl dgst -sha256 -binary | base64` over the script; record it anew when
    // the script changes.
    let recorded = "sha256-xcskB8gy8rAnJvzLrt+uh1C8Bwo/fU3fZc4LFxx6q20="
    #expect(HTMLSortScript.policy.contains("script-src '\(recorded)'"))
    #expect(ReportSamples.empty.html.contains("<script>\(HTMLSortScript.source.text)</script>"))
  }

  @Test("is the same for the same report")
  func deterministic() {
    #expect(ReportSamples.report(text: "plain").html == ReportSamples.report(text: "plain").html)
  }

  @Test("lists 2,000 constants and operators and says how many more there are")
  func caps() throws {
    var report = ReportSamples.empty
    report.tensors = (0..<2_003).map { ReportSamples.constant("t\($0)", bytes: 4_000 + $0) }
    report.operators = (0..<2_001).map { index in
      .init(
        subgraph: 0, index: index, kind: "ADD", before: .init(result: .float32),
        after: .init(result: .float32), reason: nil)
    }
    let page = try ParsedPage(report.html)
    #expect(page.text.contains("and 3 more constants; --json lists them all"))
    #expect(page.text.contains("and 1 more operator; --json lists them all"))
    #expect(page.text.contains("and 1,973 more constants; --json lists them all"))
    // The largest are shown; heads, groups and the 30 rows of potential savings are the others.
    #expect(page.count("tr") == 2_000 + 2_000 + 30 + 1 + 1 + 5)
    #expect(
      page.text.contains("t2002") && page.text.contains("t3\n") && !page.text.contains("t2\n"))
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
    #expect(!page.identifiers.contains("anatomy"))
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
    #expect(rows.dropFirst().map { $0[4] } == ["3,000", "2,000", "2,000"])
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
