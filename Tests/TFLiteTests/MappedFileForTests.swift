import Platform

/// `MappedFile.init` with untyped errors, for use inside `#expect`.
enum MappedFileForTests {
  static func open(_ path: String) throws -> MappedFile { try MappedFile(path: path) }
}
