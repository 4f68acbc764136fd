import Foundation
import Testing

/// Judge: the object files that the compiler wrote.
///
/// A weak function stands in the objects of both instruction sets, and the linker keeps one for all:
/// with AVX in it, older processors would stop with an illegal instruction.
@Suite(.enabled(if: Objects.areReadable, "needs object files for x86-64 beside the tests"))
struct KernelSymbolTests {
  /// A whole module compiled at once has weak functions of its own, with its name in theirs.
  @Test("No function of the kernels is shared", arguments: ["Kernels", "KernelsV3"])
  func shared(_ target: String) throws {
    let symbols = try Objects.symbols(of: target)
    let functions = symbols.filter { $0.isDefined && $0.isFunction }
    #expect(functions.count > 50)
    let own = "$s\(target.utf8.count)\(target)"
    let shared = functions.filter { $0.isShared && !$0.name.hasPrefix(own) }.map(\.name)
    #expect(shared.isEmpty)
  }

  @Test func `No function has the same name for both instruction sets`() throws {
    func names(_ target: String) throws -> Set<String> {
      // STB_LOCAL ones, with binding 0, are never mixed up.
      let symbols = try Objects.symbols(of: target)
      return Set(symbols.filter { $0.isDefined && $0.isFunction && $0.binding != 0 }.map(\.name))
    }
    #expect(try names("Kernels").isDisjoint(with: names("KernelsV3")))
  }

  @Test func `The reader sees weak functions where there are some`() throws {
    let symbols = try Objects.symbols(of: "OpSet")
    #expect(symbols.contains { $0.isDefined && $0.isFunction && $0.isShared })
  }
}

private enum Objects {
  /// Where the targets' object files are: beside the bundle of the tests.
  private static let folder =
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

  static var areReadable: Bool {
    #if os(Linux) && arch(x86_64)
      (try? symbols(of: "KernelsV3").isEmpty) == false
    #else
      false
    #endif
  }

  static func symbols(of target: String) throws -> [ObjectFile.Symbol] {
    let home = folder.appending(path: "\(target).build")
    let files = try FileManager.default.contentsOfDirectory(
      at: home, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "o" }
    return try files.flatMap { file in
      try #require(ObjectFile([UInt8](Data(contentsOf: file)))).symbols
    }
  }
}
