import Foundation
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

/// The model files that others wrote; they are not part of the repository.
private let zoo =
  ProcessInfo.processInfo.environment["ZOO"] ?? Checkout.root.path + "/../shared/zoo"

/// Judged by the versions that TensorFlow 2.21's converter wrote, as LiteRT's schema parser reads
/// them.
@Suite("Versions of converter-written models")
struct ConverterVersionTests {
  @Test(
    "The greatest version over an operator code's operators is the one in the file",
    .enabled(if: FileManager.default.fileExists(atPath: zoo + "/zoo.json")))
  func converterVersions() throws {
    let golden = Dictionary(grouping: try GoldenFile("converter_versions.csv").rows) { $0[0] }
    for (path, rows) in golden {
      guard FileManager.default.fileExists(atPath: "\(zoo)/\(path)") else { continue }
      let model = try ModelFile(MappedFile(path: "\(zoo)/\(path)")).model
      let versions = model.versionsByRule()
      for row in rows {
        #expect(versions[row[1]] == Int32(row[2]), "\(path): \(row[1])")
      }
      #expect(Set(versions.keys) == Set(rows.map { $0[1] }), "\(path)")
    }
  }
}

extension Model {
  /// The greatest version over the operators of each kind, by name.
  func versionsByRule() -> [String: Int32] {
    var versions: [String: Int32] = [:]
    for subgraph in subgraphs {
      for entry in subgraph.operators {
        let kind = kind(of: entry)
        guard let spec = OpSet.spec(for: kind) else { continue }
        let version = spec.version(for: OperatorSignature(entry, in: subgraph, of: self))
        versions[kind.description] = max(versions[kind.description] ?? 0, version)
      }
    }
    return versions
  }
}
