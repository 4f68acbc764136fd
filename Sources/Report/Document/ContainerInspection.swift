import Platform
import TFLite

/// The sections of a container, which `inspect` lists.
package struct ContainerInspection {
  /// A section, or one of a container inside.
  struct Row {
    /// The name with those of the containers around it.
    let name: String
    let kind: String
    /// The position in the file, in bytes.
    let offset: Int
    let bytes: Int
    let facts: [(key: String, value: String)]
    let model: Model?
  }

  let container: Container
  let path: String
  let rows: [Row]

  /// `open` reads a model of the container.
  package init(
    _ container: Container, path: String, open: (MappedFile) throws -> ModelFile
  ) throws {
    self.container = container
    self.path = path
    rows = try Self.rows(of: container, "", 0, open)
  }

  private static func rows(
    of container: Container, _ prefix: String, _ start: Int,
    _ open: (MappedFile) throws -> ModelFile
  ) throws -> [Row] {
    try container.sections.flatMap { section -> [Row] in
      let name = prefix + section.name
      var model: Model?
      if case .model = section.content {
        model = try open(container.part(section)).model
      }
      let row = Row(
        name: name, kind: section.kind, offset: start + section.range.lowerBound,
        bytes: section.range.count, facts: section.facts, model: model)
      guard case .container(let inner) = section.content else { return [row] }
      return [row] + (try rows(of: inner, "\(name)/", row.offset, open))
    }
  }

  /// Bytes of all constants.
  static func weights(of model: Model) -> Int {
    model.buffers.reduce(0) { $0 + ($1.data?.count ?? 0) }
  }
}
