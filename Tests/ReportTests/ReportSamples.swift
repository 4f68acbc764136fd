import Optimizer
import TFLite

@testable import Report

/// Reports with and without content.
enum ReportSamples {
  static var empty: ReportDocument {
    ReportDocument(
      toolVersion: "0.1.0", command: [], input: .init(path: "model.tflite", bytes: 20_000),
      minRuntime: .init(before: nil, after: nil))
  }

  static func constant(
    _ name: String, bytes: Int, encoding: Encoding = .dense(.float32), role: ConstantRole = .weight,
    elements: Int = 1_000, entropy: Double? = nil
  ) -> ReportDocument.Constant {
    .init(
      subgraph: 0, index: 1, name: name, role: role, shape: [10, 100], elements: elements,
      before: encoding, after: encoding, bytesBefore: bytes, bytesAfter: bytes,
      statistics: entropy.map { .init(zeros: 5, distinct: nil, entropyBits: $0, deflate: 900) },
      reason: nil, reader: TensorID(0, 1))
  }

  /// A report with every part, and `text` wherever a model or a user has a say.
  static func report(text: String) -> ReportDocument {
    var report = ReportDocument(
      toolVersion: "0.1.0", command: ["optimize", text],
      input: .init(path: text + "/model.tflite", bytes: 20_000, sha256: "00"),
      minRuntime: .init(before: "1.5.0", after: "2.3.0"))
    report.output = .init(path: text + "/small.tflite", bytes: 5_000, sha256: "11")
    report.steps = [
      .init(
        name: "quantize", options: [(text, text)], seconds: 0.25, bytesBefore: 20_000,
        bytesAfter: 5_000, changes: 1)
    ]
    var changed = constant(text, bytes: 4_000, entropy: 6)
    changed.after = .dense(.int8)
    changed.bytesAfter = 1_000
    changed.reason = .skipped(rule: text)
    var alone = constant(text, bytes: 2_000, entropy: 3)
    alone.reason = .skipped(rule: text)
    report.tensors = [changed, alone]
    report.operators = [
      .init(
        subgraph: 0, index: 0, kind: text, before: .init(result: .float32),
        after: .init(result: .float32, weights: .dense(.int8)),
        reason: .needsAllWeights(name: text), output: text)
    ]
    report.ports = [
      .init(name: text, use: "input", type: "float32", shape: "1×10", quantization: "")
    ]
    report.facts = [("description", text)]
    report.coverage.weightBytesTotal = 4_000
    report.coverage.weightBytesChanged = 4_000
    report.coverage.dequantizeOps = .init(before: 0, after: 2)
    report.anatomy = .init(
      before: [("weights", 19_000), ("names", 1_000)],
      after: [("weights", 4_000), ("names", 1_000)])
    report.compressibility = .init(
      before: .init(raw: 20_000, deflate6: 15_000, deflate9: 14_000, entropyBound: 9_000),
      after: .init(raw: 5_000, deflate6: 4_000, deflate9: nil, entropyBound: 3_000))
    report.deflateBy = "libz 1.2.13"
    let row = ReportDocument.Quality.Row(
      name: text, operatorName: text, maxAbs: 0.5, rmse: 0.25, relativeL2: 0.125, sqnr: 18,
      cosine: 0.99, argmaxAgreement: 0.9996, notFinite: 0, notFiniteReference: 0, elements: 10)
    var other = row
    other.sqnr = -.infinity
    other.argmaxAgreement = nil
    report.quality = .init(samples: 10, isRandom: false, outputs: [row], tensors: [other, row])
    report.gates = [
      .init(name: text, limit: text, value: text, passed: true),
      .init(name: "max-size", limit: "1", value: "2", passed: false),
    ]
    report.warnings = [text]
    report.exitCode = 1
    return report
  }
}
