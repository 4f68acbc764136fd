import FlatBuffers

/// The reason why a file is not a model that the tool can read.
package enum ModelFault: Error, Equatable, Sendable {
  case empty
  case tooShort(count: Int)
  /// Bytes 4–7 are not "TFL3".
  case identifier([UInt8])
  /// A file that holds models, where one model was expected.
  case container(kind: String)
  case unreadable(ReadFailure)
  case version(UInt32)
  /// Data outside the FlatBuffer that reaches past the end of the file.
  case outside(what: String, offset: UInt64, size: UInt64)
  /// The offsets of a ZIP have 32 bits, so it cannot begin at this position.
  case tailTooFar(position: Int)
  /// Invalid fields with their paths: all that one check found.
  case invalid([Problem])

  /// One invalid field, and its place.
  package struct Problem: Equatable, Sendable, CustomStringConvertible {
    package var path: String
    package var what: String

    package init(_ path: String, _ what: String) {
      self.path = path
      self.what = what
    }

    package var description: String { "\(path): \(what)" }
  }
}
