import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser found in a page.
final class ParsedPage: NSObject, XMLParserDelegate {
  private(set) var elements: [String] = []
  private(set) var attributeNames: Set<String> = []
  private(set) var identifiers: [String] = []
  private(set) var references: [String] = []
  /// Coordinates and lengths in drawings.
  private(set) var numbers: [Double] = []
  private(set) var text = ""
  private var section = ""
  private var tables: [String: [[String]]] = [:]

  init(_ html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func count(_ element: String) -> Int { elements.count { $0 == element } }

  /// The texts of the cells of the tables of a section.
  func rows(of section: String) -> [[String]]? { tables[section] }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(element)
    attributeNames.formUnion(attributes.keys)
    if let identifier = attributes["id"] { identifiers.append(identifier) }
    for name in ["aria-labelledby", "href"] {
      references += attributes[name, default: ""].split(separator: " ").map { reference in
        String(reference.drop { $0 == "#" })
      }
    }
    for name in ["x", "width", "x1", "x2"] where attributes[name] != nil {
      numbers.append(attributes[name].flatMap(Double.init) ?? .nan)
    }
    if element == "section" { section = attributes["id"] ?? "" }
    if element == "tr" { tables[section, default: []].append([]) }
    if let rows = tables[section], ["td", "th"].contains(element) {
      tables[section]?[rows.count - 1].append("")
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    text += "\n"
    if element == "section" { section = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    text += string
    guard let rows = tables[section], let cells = rows.last, !cells.isEmpty else { return }
    tables[section]?[rows.count - 1][cells.count - 1] += string.filter { $0 != "\n" }
  }
}
