import Foundation
import TFLite
import TestSupport

@testable import Samples

extension Workspace {
  /// Writes an npy file.
  @discardableResult
  func write(_ array: DenseArray, to name: String) throws -> String {
    try write(NpyFile.bytes(of: array), to: name)
  }

  /// Writes an npz file with stored arrays.
  @discardableResult
  func write(_ arrays: [(String, DenseArray)], to name: String) throws -> String {
    try write(
      Archive.bytes(arrays.map { ("\($0).npy", try NpyFile.bytes(of: $1)) }), to: name)
  }

  /// Returns the text of an error without the folder's name.
  func neutral(_ text: String) -> String { text.replacingOccurrences(of: path, with: "<>") }
}
