import Platform

/// `MappedFile.init` with untyped errors, for use inside `#expect` and `#require`.
func openMap(_ path: String) throws -> MappedFile { try MappedFile(path: path) }
