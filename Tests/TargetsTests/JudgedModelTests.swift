import Foundation
import TFLite
import TestSupport
import Testing

@testable import Targets

/// Verdicts on the fixtures. Judges: LiteRT's delegation to XNNPACK, Arm's compiler Vela, and
/// TensorFlow Lite Micro, as `Tools/oracle_targets.py --record` wrote down what they say.
@Suite struct JudgedModelTests {
  private struct Judged: Decodable {
    let runs: [Int]
    let judged: [Int]
  }

  private struct Row: Decodable {
    let operators: [String: Judged]
    let loads: Bool?

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      var operators: [String: Judged] = [:]
      for key in container.allKeys where key.stringValue != "tflm" {
        operators[key.stringValue] = try container.decode(Judged.self, forKey: key)
      }
      self.operators = operators
      loads = try container.decodeIfPresent(Bool.self, forKey: Key(stringValue: "tflm"))
    }

    struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
  }

  private static let rows = Result {
    try JSONDecoder().decode([String: Row].self, from: Data(Recorded.bytes("models.json")))
  }

  @Test(arguments: Fixtures.names)
  func `Verdicts are those of the target's own software`(name: String) throws {
    let row = try #require(Self.rows.get()["\(name).tflite"])
    let file = try Fixtures.open(name)
    for (target, judged) in row.operators {
      let assessment = Assessment(file, try #require(Target.named(target)))
      let main = assessment.rows.filter { $0.place.subgraph == 0 }
      let runs = judged.judged.filter { main[$0].verdict.isRun }
      #expect(runs == judged.runs, "\(target)")
    }
    guard let loads = row.loads else { return }
    let micro = Assessment(file, try #require(Target.named("tflm")))
    #expect(micro.isFull == loads)
  }
}
