import Platform

/// The reason why a container has no model, or not the one, that was asked for.
package enum SectionFault: Error, Equatable, Sendable {
  /// A section was named, but the file is a model.
  case notContainer(String)
  case noModel(kind: String)
  /// One of these models must be named.
  case several([String])
  /// No model has the name; these have.
  case unknown(String, known: [String])
}

/// What a file is: one model, or a container of models.
package enum ModelOrContainer: Sendable {
  case model(MappedFile)
  /// The container, and those of its models that are meant.
  case container(Container, [Container.Model])

  /// `names` are those of models of a container; without any, all are meant. Throws `ContainerFault` or
  /// `SectionFault`.
  package init(_ file: MappedFile, sections names: [String] = []) throws {
    guard let container = try Container(file) else {
      if let name = names.first { throw SectionFault.notContainer(name) }
      self = .model(file)
      return
    }
    let models = container.models
    guard !models.isEmpty else { throw SectionFault.noModel(kind: container.kind) }
    if let name = names.first(where: { name in !models.contains { $0.name == name } }) {
      throw SectionFault.unknown(name, known: models.map(\.name))
    }
    self = .container(
      container, names.isEmpty ? models : models.filter { names.contains($0.name) })
  }

  /// Returns the file of the only model that is meant.
  package func onlyModel() throws(SectionFault) -> MappedFile {
    switch self {
    case .model(let file): return file
    case .container(_, let models):
      guard let model = models.first, models.count == 1 else {
        throw .several(models.map(\.name))
      }
      return model.file
    }
  }
}
