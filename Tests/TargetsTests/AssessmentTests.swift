import TFLite
import TestSupport
import Testing

@testable import Targets

/// What an assessment says beside verdicts. Judge: facts of the fixtures that `inspect` shows.
@Suite struct AssessmentTests {
  private func assess(_ name: String, _ target: String) throws -> Assessment {
    Assessment(try Fixtures.open(name), try #require(Target.named(target)))
  }

  @Test func `A float model runs on an integer chip after quantization`() throws {
    let assessment = try assess("digits_cnn", "ethos-u55")
    #expect(assessment.runs == 0 && assessment.parts.isEmpty)
    let integers = try #require(assessment.inIntegers)
    #expect(integers.runs == integers.of && integers.of == assessment.rows.count)
  }

  @Test func `Every multiplication is on a target that runs all`() throws {
    let assessment = try assess("digits_cnn", "xnnpack")
    #expect(assessment.isFull && assessment.parts == [assessment.rows.count])
    #expect(assessment.multiplications > 0)
    #expect(assessment.multiplicationsOnTarget == assessment.multiplications)
  }

  /// digits_cnn begins with CONV_2D, DEPTHWISE_CONV_2D, CONV_2D.
  private func toy(_ partitions: Target.Partitions, _ kinds: String) throws -> Assessment {
    let rules = [Rule(kinds, .any, by: Evidence(.read, "a toy"))]
    let target = Target(
      name: "toy", title: "a toy", partitions: partitions, book: RuleBook(rules))
    return Assessment(try Fixtures.open("digits_cnn"), target)
  }

  @Test func `A target that takes a prefix ends at the first operator outside`() throws {
    let assessment = try toy(.prefix, "CONV_2D")
    #expect(assessment.runs == 1 && assessment.parts == [1])
    #expect(assessment.rows[1].verdict == .fallsBack(.noKernel))
    #expect(assessment.rows[2].verdict == .fallsBack(.behind("DEPTHWISE_CONV_2D")))
  }

  @Test func `A target that takes one part takes the largest`() throws {
    let all = try toy(.any, "CONV_2D FULLY_CONNECTED")
    #expect(all.parts == [1, 1, 1, 2])
    let largest = try toy(.largest, "CONV_2D FULLY_CONNECTED")
    #expect(largest.runs == 2 && largest.parts == [2])
    #expect(largest.rows[0].verdict == .fallsBack(.outsideLargestPart))
  }

  @Test func `Micro says that the model does not load if one operator is missing`() throws {
    let assessment = try assess("sparse_float16", "tflm")
    #expect(assessment.notes.contains(.doesNotLoad))
  }

  @Test func `What is only remembered is unknown`() throws {
    let book = RuleBook([
      Rule("ADD", .any, by: Evidence(.remembered, "a memory")),
      Rule("MUL", .any, by: Evidence(.documented, "a page")),
    ])
    let view = try #require(
      ModelView(try Fixtures.open("digits_cnn")).operators[0].first)
    #expect(book.verdict(of: view) == .fallsBack(.noKernel))
    let remembered = RuleBook([Rule("CONV_2D", .any, by: Evidence(.remembered, "a memory"))])
    #expect(remembered.verdict(of: view) == .unknown(.onlyRemembered))
  }

  @Test func `Every target has a name, rules and their sources`() {
    #expect(Set(Target.all.map(\.name)).count == Target.all.count)
    for target in Target.all {
      #expect(!target.marks.isEmpty)
      #expect(target.book.evidence.allSatisfy { !$0.source.isEmpty }, "\(target.name)")
    }
  }
}
