import Foundation
import TFLiteOptimizer
import Testing

/// The worked examples of the documentation, word for word, on the fixtures.
///
/// Judge: the limits that the examples set, figures of the digit classifier that
/// `CommandLineTests` pin, and the documents' own text.
@Suite(.serialized)
struct LibraryExamples {
  @Test func `Files: int8 with samples of a folder, and reports`() throws {
    try Workplace.enter()
    defer { try? Workplace.leave() }
    let job = OptimizationJob(
      model: "model.tflite", steps: [.quantize(.int8)], samples: .files("samples"),
      gates: [.minAgreement(99)])
    let outcome = try job.run()
    try outcome.write(to: "model.int8.tflite")
    print(outcome.report.text)
    let written = try Data(contentsOf: URL(fileURLWithPath: "model.int8.tflite"))
    #expect(outcome.verdict == .accepted)
    #expect(try outcome.bytes() == [UInt8](written))
    #expect(outcome.report.sizeAfter == written.count)
    #expect(written.count * 3 < outcome.report.size)
    #expect(outcome.report.outputs.map(\.agreement) == [1])
    #expect(outcome.report.gates.map(\.passed) == [true])

    let dynamic = OptimizationJob(model: "model.tflite", steps: [.quantize(.dynamic)])
    let report = try dynamic.run().report
    for tensor in report.tensors where !tensor.isReencoded {
      print(tensor.name, tensor.bytes, tensor.reason ?? "")
    }
    let samples = SampleData.files("digits.npz:x", labels: .file("digits.npz:y"))
    let comparison = try ModelReport(
      comparing: "model.tflite", with: "model.int8.tflite", samples: samples)
    print(comparison.outputs[0].signal, comparison.accuracy?.after ?? 0)
    let sizes = try ModelReport(of: "model.tflite", after: "model.int8.tflite")
    print(sizes.download ?? 0, sizes.downloadAfter ?? 0)
    #expect(report.tensors.contains { $0.isReencoded && $0.encodingAfter == "int8" })
    #expect(report.tensors.allSatisfy { $0.isReencoded || $0.reason != nil })
    #expect(comparison.samples == 100)
    #expect(comparison.outputs[0].signal > 30)
    #expect(try #require(comparison.accuracy).after > 0.97)
    #expect(try #require(sizes.downloadAfter) < #require(sizes.download) / 2)
    #expect(comparison.json.contains("\"quality\"") && sizes.html.contains("<html"))
  }

  @Test func `Memory: several steps on bytes, with arrays as samples`() throws {
    let pixels = try Workplace.pixels()
    let model = try [UInt8](
      Data(contentsOf: Workplace.fixtures.appending(path: "Models/digits_cnn.tflite")))
    let images = pixels.map { SampleArray($0, shape: [16, 16, 1]) }
    let steps: [OptimizationStep] = [
      .prune(sparsity: 0.5), .cluster(32), "quantize:mode=int8,effort=1",
    ]
    let small = OptimizationJob(
      model: .bytes(model), steps: steps, samples: .arrays(images),
      gates: [.minSignal(10), .maxSize(100_000)])
    let result = try small.run()
    print(result.report.sparsity ?? 0, try result.bytes().count)
    #expect(result.verdict == .accepted)
    #expect(try #require(result.report.sparsity) > 0.49)
    #expect(try result.bytes().count == result.report.sizeAfter)
    let recipe = try small.recipe()
    #expect(recipe.contains("\"cluster\""))
  }

  @Test func `Errors say what is wrong in the words of the command line`() throws {
    let path = Workplace.fixtures.appending(path: "Models/digits_cnn.tflite").path
    func fault(_ body: () throws -> Void) -> OptimizationError? {
      #expect(throws: OptimizationError.self) { try body() }
    }
    func job(
      _ steps: [OptimizationStep], _ gates: [OptimizationGate] = [], _ samples: SampleData? = nil
    ) -> OptimizationJob {
      OptimizationJob(model: .file(path), steps: steps, samples: samples, gates: gates)
    }
    let unknown = fault { _ = try job(["quantise:mode=int8"]).run() }
    #expect(unknown?.message == "unknown step 'quantise'; did you mean 'quantize'?")
    #expect(unknown?.kind == .usage)
    let needy = fault { _ = try job([.quantize(.int8)]).run() }
    #expect(needy?.kind == .usage)
    let missing = fault { _ = try OptimizationJob(model: "none.tflite", steps: [.rewrite]).run() }
    #expect(missing?.message.hasPrefix("'none.tflite' cannot be read") == true)
    #expect(missing?.kind == .input)
    let wrong = SampleData.arrays([SampleArray([Float](repeating: 0, count: 9), shape: [3, 3, 1])])
    #expect(fault { _ = try job([.quantize(.int8)], [], wrong).run() }?.kind == .input)
    let short = SampleData.arrays([SampleArray([Float](), shape: [16, 16, 1])])
    #expect(fault { _ = try job([.quantize(.int8)], [], short).run() }?.kind == .usage)

    let failed = try job([.quantize(.dynamic)], [.maxSize(10)]).run()
    #expect(failed.verdict == .gatesFailed)
    let gate = fault { _ = try failed.bytes() }
    #expect(gate?.message.hasPrefix("gate max-size failed") == true)
    #expect(gate?.kind == .gate)
    let again = try OptimizationJob(
      model: .bytes(job([.quantize(.dynamic)]).run().bytes()), steps: [.quantize(.dynamic)]
    ).run()
    #expect(again.verdict == .unchanged)
    #expect(fault { _ = try again.bytes() }?.kind == .nothing)
  }

  @Test func `The documents show code that is tested here`() throws {
    let tested = try Self.lines(Workplace.text("Tests/LibraryExamples/Tests/LibraryExamples.swift"))
    let page = try Workplace.text("Sources/TFLiteOptimizer/TFLiteOptimizer.docc/TFLiteOptimizer.md")
    let readme = try Workplace.text("README.md")
    let examples = Self.examples(in: page) + Self.examples(in: readme)
    #expect(examples.count == 4)
    for example in examples {
      let start = tested.ranges(of: example)
      #expect(!start.isEmpty, "not tested: \(example.joined(separator: "\n"))")
    }
  }

  /// The Swift code of a document, without its import.
  private static func examples(in document: String) -> [[String]] {
    document.components(separatedBy: "```swift\n").dropFirst().map { part in
      lines(part.components(separatedBy: "```")[0]).filter { $0 != "import TFLiteOptimizer" }
    }
  }

  /// Without indentation and empty lines.
  private static func lines(_ text: String) -> [String] {
    text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}
