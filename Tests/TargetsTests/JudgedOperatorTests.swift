import Foundation
import Platform
import Samples
import TFLite
import TestSupport
import Testing

@testable import Targets

/// Verdicts on the models of one operator that InterpreterTests has, all types and odd forms among
/// them. Judges as in JudgedModelTests.
@Suite struct JudgedOperatorTests {
  /// What must agree. The rest are forms that no converter writes: infinite masks, variables without
  /// dimensions, constants that only DEQUANTIZE reads.
  private static let least = 0.99

  private static let folder = Checkout.root.appending(path: "Tests/InterpreterTests/Vectors").path

  @Test(arguments: ["xnnpack", "tflm", "ethos-u55"])
  func `Of a hundred models of one operator ninety-nine are judged as by the software`(
    name: String
  ) throws {
    let recorded = try JSONDecoder().decode(
      [String: [String: String]].self, from: Data(Recorded.bytes("operators.json")))
    let target = try #require(Target.named(name))
    var total = 0
    var missed: [String] = []
    for (kind, row) in recorded.sorted(by: { $0.key < $1.key }) {
      let marks = Array(try #require(row[name]))
      let models = try Self.models(of: kind)
      #expect(models.count == marks.count, "\(kind)")
      for (model, mark) in zip(models, marks) where mark != "-" {
        total += 1
        if try Self.runs(model.bytes, kind, target) != (mark == "1") {
          missed.append("\(kind) \(model.name)")
        }
      }
    }
    let share = Double(total - missed.count) / Double(total)
    #expect(total > 3_000 && share >= Self.least, "\(missed.count) of \(total): \(missed)")
  }

  private static func models(of kind: String) throws -> [(name: String, bytes: [UInt8])] {
    let file = try ArrayFile(path: "\(folder)/\(kind).npz")
    return try file.names.filter { $0.hasSuffix("/model") }
      .map { (name: $0, bytes: try file.array(named: $0).bytes) }
  }

  private static func runs(_ bytes: [UInt8], _ kind: String, _ target: Target) throws -> Bool {
    let file = try ModelFile(MappedFile(copying: bytes, as: kind))
    let assessment = Assessment(file, target)
    if case .whole = target.partitions { return assessment.isFull }
    return assessment.rows.first { $0.place.subgraph == 0 && $0.name == kind }?.verdict.isRun
      ?? false
  }
}
