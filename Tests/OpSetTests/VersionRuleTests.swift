import Platform
import TFLite
import Testing

@testable import OpSet

@Suite("Version rules")
struct VersionRuleTests {
  @Test("Every signature gets the version that LiteRT's op_version.cc gives it")
  func goldenSignatures() throws {
    for row in try GoldenFile("version_rules.csv").rows {
      let kind = try #require(BuiltinOperator(named: row[0]), "\(row)")
      let spec = try #require(OpSet.spec(for: kind), "\(row)")
      let signature = OperatorSignature(
        kind, inputs: try SignatureNotation.operands(row[1]),
        outputs: try SignatureNotation.operands(row[2]),
        options: try SignatureNotation.options(row[3], of: row[0]))
      #expect(spec.version(for: signature) == Int32(row[4]), "\(row)")
    }
  }

  /// Judged by the table itself: the golden file has an example of every row.
  @Test("Every version row of every operator has a golden signature that it decides")
  func goldenFileIsComplete() throws {
    let golden = try GoldenFile("version_rules.csv").rows
    for spec in OpSet.all where spec.versions.count > 1 {
      let rows = golden.filter { $0[0] == spec.kind.description }
      let found = Set(rows.compactMap { Int32($0[4]) })
      for row in spec.versions where !row.isUnconditional {
        #expect(found.contains(row.version), "\(spec.kind) version \(row.version)")
      }
    }
  }

  /// Judged by the runtime's registrations (tensorflow/lite/core/kernels/register.cc).
  @Test("No signature, however malformed, gets a version that no runtime registers")
  func versionsAreRegistered() {
    var random = SeededRandom(seed: 7)
    for spec in OpSet.all {
      for _ in 0..<300 {
        let signature = OperatorSignature.random(spec.kind, &random)
        let version = spec.version(for: signature)
        #expect(spec.release(ofVersion: version) != nil, "\(spec.kind) \(version)")
      }
    }
  }

  @Test("Tensor indices that lead nowhere count as missing operands")
  func indicesOutOfRange() {
    var entry = Operator()
    entry.opcodeIndex = 9
    entry.inputs = [-1, 3, .max, .min]
    let signature = OperatorSignature(entry, in: Subgraph(), of: Model())
    #expect(signature.inputs == [nil, nil, nil, nil])
    #expect(signature.kind == .placeholder)
  }
}

extension OperatorSignature {
  static func random(_ kind: BuiltinOperator, _ random: inout SeededRandom) -> Self {
    func operand() -> Operand? {
      guard Int.random(in: 0..<8, using: &random) > 0 else { return nil }
      let shape = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
        [Int32.min, -1, 0, 1, 2, .max].randomElement(using: &random) ?? 0
      }
      let scales = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
        [Float.nan, .infinity, 0, -1, 0.5, 3].randomElement(using: &random) ?? 0
      }
      return Operand(
        TensorType(rawValue: Int8.random(in: -1...23, using: &random)), shape: shape,
        hasQuantization: Bool.random(using: &random), scales: scales,
        quantizedDimension: Int.random(in: -2..<9, using: &random),
        isSparse: Int.random(in: 0..<8, using: &random) == 0)
    }
    let inputs = (0..<Int.random(in: 0..<6, using: &random)).map { _ in operand() }
    let outputs = (0..<Int.random(in: 0..<3, using: &random)).map { _ in operand() }
    return OperatorSignature(kind, inputs: inputs, outputs: outputs)
  }
}
