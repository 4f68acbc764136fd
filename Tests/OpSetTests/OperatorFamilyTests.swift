import Foundation
import TFLite
import TestSupport
import Testing

@testable import OpSet

/// Judge: the source text. An operator is a file in its family's folder and a word in its list.
@Suite("Every family")
struct OperatorFamilyTests {
  private static let folder = Checkout.root.path + "/Sources/OpSet/Operators/"

  /// The schema's names of the operators that the files of a folder declare.
  private static func declarations(in family: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder + family).flatMap { file in
      let text = try String(contentsOfFile: "\(folder)\(family)/\(file)", encoding: .utf8)
      return text.matches(of: /static let `?\w+`? = OpSpec\(\s*"(\w+)"/).map { String($0.1) }
    }
  }

  @Test("has a folder of its name, and every folder is a family")
  func folders() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(folders.sorted() == OpSet.builtin.families.map(\.name).sorted())
    for family in OpSet.builtin.families {
      let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder + family.name)
      #expect(files.count <= 25, "\(family.name)")
    }
  }

  @Test("lists every operator that its folder declares, and no other")
  func lists() throws {
    for family in OpSet.builtin.families {
      let declared = try Self.declarations(in: family.name)
      #expect(declared.sorted() == family.specs.map(\.kind.description).sorted(), "\(family.name)")
    }
  }

  /// A kernel or gradient that asks for its kind would hold a second list, and be forgotten when an
  /// operator is added.
  @Test("is the only place that names its operators")
  func noSecondList() throws {
    let sources = Checkout.root.path + "/Sources/OpSet/"
    for path in try FileManager.default.subpathsOfDirectory(atPath: sources)
    where path.hasSuffix(".swift") {
      let text = try String(contentsOfFile: sources + path, encoding: .utf8)
      for question in ["preparation.kind", "step.kind", "BuiltinOperator(named: \""] {
        #expect(!text.contains(question), "\(path)")
      }
    }
  }
}
