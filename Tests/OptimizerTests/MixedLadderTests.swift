import TestSupport
import Testing

@testable import Optimizer

/// All mixtures of a small model, counted out, judge the ladder.
@Suite struct MixedLadderTests {
  private func row(_ index: Int, weights: Int, owner: Int? = nil, _ noises: [Double?])
    -> OperatorSensitivity
  {
    OperatorSensitivity(
      index: index, kind: "FULLY_CONNECTED", output: "\(index)", weights: weights,
      owner: owner ?? index, multiplications: weights, noises: noises)
  }

  private func sensitivities(_ rows: [OperatorSensitivity]) -> Sensitivities {
    Sensitivities(
      subgraph: 0, forms: SensitivityForm.all, operators: rows,
      weights: rows.reduce(0) { $0 + $1.weights }, multiplications: 1, samples: 1)
  }

  /// In the order of `SensitivityForm.all`: int8, int16x8, int8/int4, int16x8/int4, weights-only of both.
  private let rows: [[Double]] = [
    [2e-3, 1e-4, 4e-2, 3e-2, 9e-5, 2e-2], [1e-3, 5e-4, 8e-3, 7e-3, 4e-4, 6e-3],
    [5e-2, 2e-3, 9e-2, 6e-2, 1e-3, 5e-2], [3e-4, 2e-4, 1e-3, 9e-4, 1e-4, 8e-4],
  ]
  private let weights = [4_000, 20_000, 900, 50_000]

  @Test func `No mixture is smaller and better than a rung`() {
    let all = sensitivities(rows.indices.map { row($0, weights: weights[$0], rows[$0]) })
    let rungs = MixedLadder(all, around: .weightsOnly).rungs
    #expect(rungs.count > 4)
    // For each operator int4, int8 and float16 weights, the last with a DEQUANTIZE of its own.
    let forms = rows.indices.map { index -> [(bytes: Double, noise: Double)] in
      let size = Double(weights[index])
      return [(size / 2, rows[index][5]), (size, rows[index][4]), (2 * size + 330, 0)]
    }
    var mixtures = [(bytes: 0.0, noise: 0.0)]
    for choices in forms {
      mixtures = mixtures.flatMap { old in
        choices.map { (old.bytes + $0.bytes, old.noise + $0.noise) }
      }
    }
    for rung in rungs {
      #expect(
        !mixtures.contains { $0.bytes < rung.bytes - 1e-6 && $0.noise < rung.noise - 1e-12 },
        "\(rung.step)")
    }
    #expect(zip(rungs, rungs.dropFirst()).allSatisfy { $0.noise > $1.noise && $0.bytes < $1.bytes })
    #expect(rungs.first?.step == "quantize:mode=dynamic,weights-only=true,form=int4=0-3")
    #expect(rungs.last?.noise ?? 1 < 1e-12)
  }

  @Test func `Operators with one weight have one form`() {
    let shared = sensitivities([
      row(2, weights: 5_000, rows[0]), row(5, weights: 0, owner: 2, rows[1]),
      row(7, weights: 800, rows[2]),
    ])
    for mode in [OperatorForm.int8, .int16x8, .weightsOnly] {
      for rung in MixedLadder(shared, around: mode).rungs {
        let rules = rung.step.split(separator: ",").filter { $0.hasPrefix("form=") }
        for rule in rules {
          let places = rule.split(separator: "=").last?.split(separator: "+") ?? []
          #expect(places.contains("2") == places.contains("5"), "\(rung.step)")
        }
      }
    }
  }

  @Test func `An operator that lacks a form gets another`() {
    let all = sensitivities([
      row(0, weights: 3_000, [1e-3, 1e-4, nil, nil, 1e-5, nil]),
      row(1, weights: 0, [1e-4, nil, nil, nil, 0, nil]),
    ])
    let rungs = MixedLadder(all, around: .int8).rungs
    #expect(rungs.first?.step == "quantize:mode=int8")
    #expect(rungs.allSatisfy { !$0.step.contains("int4") && !$0.step.contains("int16x8=0-1") })
  }

  @Test(arguments: [
    ([3], "int8=3"), ([0, 1, 2], "int8=0-2"), ([0, 2, 3, 9], "int8=0+2-3+9"),
  ])
  func `A rule's text names its operators`(indices: [Int], text: String) throws {
    #expect(FormRule.text("int8", indices) == text)
    let rule = try FormRule(text)
    #expect((0..<12).filter { rule.names($0, "") } == indices)
  }
}
