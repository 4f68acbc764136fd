import Compression
import Platform

/// The reason why a ZIP archive, or one of its members, cannot be read.
package enum ZipProblem: Error, Equatable, Sendable {
  /// No central directory at the end: no archive, or one that was cut off.
  case noDirectory
  /// A record of the central directory is cut off or has no signature.
  case badDirectory
  /// No data at the place that the directory gives.
  case badMember
  case encrypted
  /// Neither stored nor deflated; the number is ZIP's.
  case unsupportedMethod(Int)
  case badDeflate(InflateError)
  case wrongSize(expected: Int, found: Int)
  case wrongChecksum
  /// The contents do not fit into the folder for temporary files.
  case noRoom(SystemError)
}
