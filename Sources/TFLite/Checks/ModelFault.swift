import FlatBuffers

/// The reason why a file is not a model that the tool can read.
package enum ModelFault: Error, Equatable, Sendable {
  case empty
  case tooShort(count: Int)
  /// Bytes 4–7 are not "TFL3".
  case identifier([UInt8])
  /// A container of several files, and what it holds.
  case bundle(kind: String, contents: [String])
  case unreadable(ReadFailure)
  case version(UInt32)
  /// Data outside the FlatBuffer that reaches past the end of the file.
  case outside(what: String, offset: UInt64, size: UInt64)
  /// A ZIP counts with 32 bits: it cannot stand at this position.
  case tailTooFar(position: Int)
  /// Fields that contradict one another; all of one check, with their paths.
  case invalid([Problem])

  /// One contradiction, and where it is.
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
