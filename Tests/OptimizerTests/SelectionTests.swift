import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// `--only`, `--skip` and `--keep-float` judge which tensors change: patterns of tensor names, and
/// `op:KIND` for kinds of operators.
@Suite struct SelectionTests {
  /// Names of the int8 constants of embedding_gather after dynamic range.
  private func changed(
    only: [String] = [], skip: [String] = [], keepFloat: [String] = []
  ) throws -> [String] {
    let result = try Optimized(
      Fixtures.open("embedding_gather"), .dynamic, only: only, skip: skip, keepFloat: keepFloat)
    return ["words", "places", "weight"].filter { result.file.tensor($0)?.type == .int8 }
  }

  @Test func `Without rules everything changes`() throws {
    #expect(try changed() == ["words", "places", "weight"])
  }

  @Test func `A skipped name stays`() throws {
    #expect(try changed(skip: ["words"]) == ["places", "weight"])
    #expect(try changed(keepFloat: ["words"]) == ["places", "weight"])
  }

  @Test func `Only the chosen names change`() throws {
    #expect(try changed(only: ["words"]) == ["words"])
    #expect(try changed(only: ["words", "weight"]) == ["words", "weight"])
  }

  @Test func `Skipping wins over choosing`() throws {
    #expect(try changed(only: ["w*"], skip: ["words"]) == ["weight"])
  }

  @Test func `Patterns know any characters and one character`() throws {
    #expect(try changed(only: ["w*"]) == ["words", "weight"])
    #expect(try changed(only: ["?ords"]) == ["words"])
    #expect(try changed(only: ["*la*"]) == ["places"])
    #expect(try changed(only: ["word"]) == [])
    #expect(try changed(only: ["*"]) == ["words", "places", "weight"])
  }

  @Test func `A kind names the constants that its operators read`() throws {
    #expect(try changed(only: ["op:FULLY_CONNECTED"]) == ["weight"])
    #expect(try changed(skip: ["op:GATHER"]) == ["words", "weight"])
    #expect(try changed(skip: ["op:E*"]) == ["places", "weight"])
  }

  @Test func `The name of an operator's output names its constants`() throws {
    #expect(try changed(only: ["vectors"]) == ["weight"])
    #expect(try changed(skip: ["looked"]) == ["places", "weight"])
  }

  @Test func `The name of the stored tensor names what is decoded from it`() throws {
    let source = try Fixtures.open("sparse_densify")
    let result = try Optimized(source, .dynamic, skip: ["conv/sparse"])
    #expect(result.file.kinds.contains("DENSIFY"))
    #expect(result.file.tensor("dense/weight")?.type == .int8)
  }

  @Test func `Rules that match nothing are found`() throws {
    let model = try Fixtures.open("embedding_gather").model
    func unmatched(_ rules: [String]) -> [String] {
      Selection(
        only: rules.map(Selection.Rule.init), skip: rules.map(Selection.Rule.init)
      ).unmatched(in: model).map(\.text)
    }
    #expect(unmatched(["words", "w*", "op:GATHER", "op:*"]) == [])
    #expect(unmatched(["wrods"]) == ["wrods", "wrods"])
    #expect(unmatched(["op:CONV_2D", "GATHER"]).count == 4)
  }

  static let patterns: [(pattern: String, name: String, matches: Bool)] = [
    ("", "", true), ("", "a", false), ("*", "", true), ("**", "ab", true), ("?", "", false),
    ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("*ab", "aab", true),
    ("a?c", "abc", true), ("a?c", "abbc", false), ("*/w?ight", "x/y/weight", true),
    ("[a]", "a", false), ("a.c", "abc", false), ("größe", "größe", true),
    ("*a*a*a*a*b", String(repeating: "a", count: 5000), false),
  ]

  @Test("A pattern matches as a shell's does", arguments: patterns)
  func pattern(pattern: String, name: String, matches: Bool) {
    #expect(Selection.Rule(pattern).matches(name) == matches)
  }
}
