import TFLite
import Testing

@testable import OpSet

@Suite("Every operator")
struct OpSetTests {
  @Test("is listed once")
  func namesAreUnique() {
    #expect(Set(OpSet.all.map(\.kind)).count == OpSet.all.count)
    for spec in OpSet.all { #expect(OpSet.spec(for: spec.kind)?.kind == spec.kind) }
    #expect(OpSet.spec(for: .custom) == nil)
  }

  @Test("ends its version table with a row that always applies, and has no such row before it")
  func lastRowIsUnconditional() {
    for spec in OpSet.all {
      let unconditional = spec.versions.indices.filter { spec.versions[$0].isUnconditional }
      #expect(unconditional == [spec.versions.count - 1], "\(spec.kind)")
    }
  }

  /// Judged by hand: entries of runtime_version.cc.
  @Test("knows the release that brought each version")
  func releases() {
    #expect(OpSpec.fullyConnected.release(ofVersion: 12) == RuntimeVersion(2, 17, 0))
    #expect(OpSpec.fullyConnected.release(ofVersion: 14) == RuntimeVersion(2, 21, 0))
    #expect(OpSpec.transpose.release(ofVersion: 7) == RuntimeVersion(2, 14, 4))
    #expect(OpSpec.broadcastTo.minVersion == 2)
    #expect(OpSpec.conv2D.release(ofVersion: 9) == nil)
    #expect(OpSpec.ceil.maxReferenceVersion == nil)
    #expect(OpSpec.add.maxReferenceVersion == 5)
    #expect(OpSpec.mean.maxReferenceVersion == OpSpec.mean.maxVersion)
  }

  /// Judged by the runtime's registrations (tensorflow/lite/core/kernels/register.cc).
  @Test("produces only versions that the runtime registers, in releases that never go back")
  func versionsAreInRange() {
    for spec in OpSet.all {
      let registered = spec.runtimes.map(\.version)
      #expect(registered == Array(spec.minVersion...spec.maxVersion), "\(spec.kind)")
      for row in spec.versions { #expect(registered.contains(row.version), "\(spec.kind)") }
      if let reference = spec.maxReferenceVersion {
        #expect((spec.minVersion...spec.maxVersion).contains(reference), "\(spec.kind)")
      }
    }
  }

  @Test(
    "quantizes dynamically only inputs that hold learned or kernel constants or may be constant")
  func hybridWeightsHaveRoles() {
    for spec in OpSet.all {
      #expect((spec.hybrid != nil) == spec.modes.contains(.dynamic), "\(spec.kind)")
      guard let hybrid = spec.hybrid else { continue }
      for index in hybrid.weights {
        switch spec.role(ofInput: index, count: 48) {
        case .weight(let axis):
          if case .perChannel(let channels) = hybrid.granularity { #expect(axis == channels) }
        case .parameter: #expect(hybrid.leastInputs >= 20, "\(spec.kind): peephole")
        case .activation:
          #expect(hybrid.granularity == .perTensor, "\(spec.kind)")
          #expect([BuiltinOperator(named: "BATCH_MATMUL"), .gather].contains(spec.kind))
        case let role: Issue.record("\(spec.kind) input \(index) is \(role)")
        }
      }
    }
  }

  @Test("scales each bias by inputs that are data and weight")
  func biasesReferToFactors() {
    for spec in OpSet.all {
      for index in 0..<48 {
        guard case .bias(let input, let weight) = spec.role(ofInput: index, count: 48) else {
          continue
        }
        #expect(spec.role(ofInput: weight, count: 48).isWeight, "\(spec.kind) \(index)")
        let factor = spec.role(ofInput: input, count: 48)
        #expect(factor == .activation || factor == .state, "\(spec.kind) \(index)")
      }
    }
  }

  @Test("has a scale rule if and only if it has an integer kernel with quantized outputs")
  func scaleRulesMatchModes() {
    for spec in OpSet.all {
      let isInteger = !spec.modes.isDisjoint(with: [.int8, .int16x8])
      if spec.scaleRule != .none { #expect(isInteger, "\(spec.kind)") }
      if case .fixed(let encodings) = spec.scaleRule {
        let hasInt16 = spec.modes.contains(.int16x8)
        #expect(encodings.map(\.type) == (hasInt16 ? [.int8, .int16] : [.int8]), "\(spec.kind)")
      }
    }
  }

  /// Judged by one-operator models run with LiteRT 2.3.0 (`Golden/measured_types.csv`).
  @Test("claims the modes whose kernels were measured to be right, but for the reasons listed here")
  func modesAreMeasured() throws {
    // Integer kernels that ignore scales.
    let raw = ["FLOOR_DIV", "FLOOR_MOD"]
    // Int16 kernels that compare raw values (comparisons.cc); measured with equal scales.
    let rawInt16 = ["LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"]
    for row in try GoldenFile("measured_types.csv").rows {
      let kind = try #require(BuiltinOperator(named: row[0]))
      let spec = try #require(OpSet.spec(for: kind))
      let isRaw = raw.contains(row[0])
      #expect(spec.modes.contains(.float16) == (row[1] == "ok"), "\(row)")
      #expect(spec.modes.contains(.int8) == (row[2] != "no" && !isRaw), "\(row)")
      #expect(
        spec.modes.contains(.int16x8)
          == (row[3] != "no" && !isRaw && !rawInt16.contains(row[0])), "\(row)")
    }
  }

  /// Judged by LiteRT's kernels, which negate (`neg.cc`) or fill (`scatter_nd.cc`) raw integers.
  @Test("of those that are right with zero point 0 alone demands it")
  func rawKernelsDemandZeroPointZero() {
    let found = OpSet.all.filter { $0.integerLimit == .zeroPointZero }.map(\.kind.description)
    #expect(found.sorted() == ["NEG", "SCATTER_ND"])
    for spec in OpSet.all where spec.integerLimit == .zeroPointZero {
      #expect(spec.scaleRule == .sameAsInputs, "\(spec.kind)")
    }
  }

  @Test("gives an input that it does not have the role of an index, at any number")
  func rolesNeverTrap() {
    for spec in OpSet.all {
      for count in [-1, 0, 1, 5, 20, 24, 48, .max] {
        #expect(spec.role(ofInput: -1, count: count) != .state, "\(spec.kind)")
        _ = spec.role(ofInput: .max, count: count)
      }
    }
    #expect(OpSpec.reshape.role(ofInput: 7, count: 8) == .index)
    #expect(OpSpec.pack.role(ofInput: 700, count: 701) == .activation)
  }

  /// Judged by the constants of LiteRT's kernels: `lstm_shared.h`, `bidirectional_sequence_lstm.cc`.
  @Test("of the LSTM family lays its inputs out as the runtime numbers them")
  func lstmLayouts() {
    let full = (0..<24).map { OpSpec.lstm.role(ofInput: $0, count: 24) }
    #expect(full[1...8].allSatisfy(\.isWeight) && full[16].isWeight)
    #expect(full[13] == .bias(input: 0, weight: 2))
    #expect(full[17] == .biasOfIntermediate(4, weight: 16))
    #expect(full[18...19].allSatisfy { $0 == .state })
    #expect(OpSpec.lstm.role(ofInput: 2, count: 5) == .weight(channelAxis: nil))
    #expect(OpSpec.lstm.role(ofInput: 4, count: 5) == .state)
    let both = (0..<48).map { OpSpec.bidirectionalSequenceLSTM.role(ofInput: $0, count: 48) }
    #expect(both.indices.filter { both[$0] == .state } == [35, 36, 37, 38])
    #expect(both.indices.filter { both[$0] == .activation } == [0, 39])
    let weights = both.indices.filter { both[$0].isWeight }
    #expect(weights == Array(1...8) + [16] + Array(18...25) + [33] + Array(40...47))
  }
}
