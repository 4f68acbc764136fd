import Platform

/// A file that holds models among other sections, as it was read.
package struct Container: Sendable {
  package struct Section: Sendable {
    /// Tells it from all other sections of its container.
    package let name: String
    package let kind: String
    /// Its bytes in the container.
    package let range: Range<Int>
    package let content: Content
    package let facts: [(key: String, value: String)]
  }

  package indirect enum Content: Sendable {
    case model
    case container(Container)
    case other
  }

  /// A model, in the container or in one inside it.
  package struct Model: Sendable {
    /// The names from the outermost container on, joined by slashes.
    package let name: String
    /// The numbers of the sections that lead to it.
    package let path: [Int]
    /// Its bytes, as a file that is named after the container and the model.
    package let file: MappedFile
  }

  /// A bundle in a bundle is what MediaPipe has; more are read for safety, but not without end.
  static let deepest = 4

  package let file: MappedFile
  package let format: any ContainerFormat
  package let sections: [Section]
  /// Stands between the container's name and that of a section.
  private let separator: String

  package var kind: String { type(of: format).name }

  /// Reads a container; nil if the file is none. Throws `ContainerFault`.
  package init?(_ file: MappedFile) throws(ContainerFault) {
    try self.init(file, depth: 1)
    var names: Set<String> = []
    for model in models where !names.insert(model.name).inserted {
      throw ContainerFault(.duplicateName(model.name))
    }
  }

  private init?(_ file: MappedFile, depth: Int) throws(ContainerFault) {
    guard let type = ContainerFormats.of(file.bytes) else { return nil }
    guard depth <= Self.deepest else { throw ContainerFault(.tooDeep(Self.deepest)) }
    let format = try type.init(file.bytes)
    var sections: [Section] = []
    for section in format.sections {
      let content = try Self.content(of: section, in: file, depth: depth)
      sections.append(
        Section(
          name: section.name, kind: section.kind ?? content.kind, range: section.range,
          content: content, facts: section.facts))
    }
    self.file = file
    self.format = format
    self.sections = sections
    separator = Self.separator(depth)
  }

  private static func content(
    of section: ContainerSection, in file: MappedFile, depth: Int
  ) throws(ContainerFault) -> Content {
    switch section.content {
    case .model: return .model
    case .opaque: return .other
    case .any: break
    }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[section.range])
    if isModel(bytes) { return .model }
    let part = part(section.range, section.name, of: file, separator(depth))
    do throws(ContainerFault) {
      return try Container(part, depth: depth + 1).map(Content.container) ?? .other
    } catch {
      // An archive that is not mapped, such as one of vocabularies, is data like any other.
      if error.reason == .compressed { return .other }
      var fault = error
      fault.path.insert(section.name, at: 0)
      throw fault
    }
  }

  /// Whether a section holds a model, whatever its name.
  private static func isModel(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 8 && bytes[4..<8].elementsEqual("TFL3".utf8)
  }

  // MARK: Models

  /// Returns a section as a file that is named after the containers around it.
  package func part(_ section: Section) -> MappedFile {
    Self.part(section.range, section.name, of: file, separator)
  }

  private static func separator(_ depth: Int) -> String { depth == 1 ? ":" : "/" }

  private static func part(
    _ range: Range<Int>, _ name: String, of file: MappedFile, _ separator: String
  ) -> MappedFile {
    MappedFile(range, of: file, as: "\(file.path)\(separator)\(name)")
  }

  /// All models, in the order of sections.
  package var models: [Model] {
    sections.enumerated().flatMap { index, section -> [Model] in
      switch section.content {
      case .other: []
      case .model:
        [Model(name: section.name, path: [index], file: part(section))]
      case .container(let inner):
        inner.models.map {
          Model(name: "\(section.name)/\($0.name)", path: [index] + $0.path, file: $0.file)
        }
      }
    }
  }
}

extension Container.Content {
  fileprivate var kind: String {
    switch self {
    case .model: "TFLite model"
    case .container(let inner): inner.kind
    case .other: "data"
    }
  }
}
