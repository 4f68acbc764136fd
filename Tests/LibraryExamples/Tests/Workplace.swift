import Foundation

/// A folder with the files that the examples name, which the process then works in.
enum Workplace {
  private static let checkout = (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }
  /// What the process worked in first.
  static let fixtures = checkout.appending(path: "Fixtures")

  static func enter() throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: "examples-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, source) in [
      ("model.tflite", "Models/digits_cnn.tflite"), ("samples", "Samples/digits"),
      ("digits.npz", "Samples/digits.npz"),
    ] {
      try files.createSymbolicLink(
        at: folder.appending(path: name), withDestinationURL: fixtures.appending(path: source))
    }
    _ = files.changeCurrentDirectoryPath(folder.path)
  }

  static func leave() throws {
    let folder = FileManager.default.currentDirectoryPath
    _ = FileManager.default.changeCurrentDirectoryPath("/")
    try FileManager.default.removeItem(atPath: folder)
  }

  /// The text of a file of the checkout.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: checkout.appending(path: path), encoding: .utf8)
  }

  /// The samples of `digits`, 16 × 16 float32 values each, behind a header of npy.
  static func pixels() throws -> [[Float]] {
    let folder = fixtures.appending(path: "Samples/digits")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".npy") }.sorted()
    return try names.map { name in
      let data = try Data(contentsOf: folder.appending(path: name)).suffix(4 * 256)
      return data.withUnsafeBytes { bytes in
        (0..<256).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
    }
  }
}
