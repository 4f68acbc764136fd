import Foundation
import TestSupport

extension Workspace {
  /// Returns `text` without what differs from run to run and machine to machine.
  func neutral(_ text: String) -> String {
    text.replacingOccurrences(of: path, with: "<folder>")
      .replacingOccurrences(of: Fixtures.root, with: "<fixtures>")
      .replacing(/"seconds": [0-9.e-]+/) { _ in "\"seconds\": 0" }
  }
}
