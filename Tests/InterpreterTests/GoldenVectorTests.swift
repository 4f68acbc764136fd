import KernelTable
import OpSet
import TFLite
import Testing

@testable import Interpreter

/// Judge: LiteRT, through recorded vectors.
@Suite struct GoldenVectorTests {
  @Test("Every operator computes what LiteRT does", arguments: GoldenCase.operators)
  func golden(_ kind: String) throws {
    var options = Interpreter.Options()
    options.threads = 1
    try check(kind, options)
  }

  @Test("The kernels for every processor compute the same", arguments: GoldenCase.operators)
  func base(_ kind: String) throws {
    var options = Interpreter.Options()
    options.threads = 2
    options.kernels = .base
    try check(kind, options)
  }

  private func check(_ kind: String, _ options: Interpreter.Options) throws {
    let cases = try GoldenCase.cases(of: kind)
    #expect(!cases.isEmpty)
    for entry in cases {
      do {
        let failure = try entry.failure(options)
        #expect(failure == nil, "\(entry.name): \(failure ?? "")")
      } catch {
        Issue.record("\(entry.name): \(error)")
      }
    }
  }

  @Test("Every operator with a kernel has vectors")
  func complete() {
    let covered = Set(GoldenCase.operators)
    let missing = OpSet.all.filter { $0.kernel != nil }.map(\.kind.description).filter {
      !covered.contains($0)
    }
    #expect(missing.isEmpty, "\(missing)")
  }
}
