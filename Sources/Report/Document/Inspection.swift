import TFLite

/// The facts about a file that `inspect` shows.
package struct Inspection {
  let file: ModelFile
  let path: String
  let anatomy: [(category: String, bytes: Int)]

  package init(_ file: ModelFile, path: String) throws {
    self.file = file
    self.path = path
    anatomy = try Anatomy.of(file)
  }

  var model: Model { file.model }
}
