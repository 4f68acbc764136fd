import FlatBuffers
import Foundation
import Optimizer
import Platform
import TFLite
import TestSupport
import Testing

@testable import OptimizeCLI

/// `--save-plan` and `--plan`. The file that comes out is the judge: its types, scales and bytes. LiteRT
/// judges plans in `make oracle`.
@Suite struct PlanTests {
  private static let samples = Fixtures.samples + "/digits.npz:x"

  private func quantize(_ folder: Workspace, _ options: [String], to name: String) -> CapturedRun {
    Tool.run(
      [
        "quantize", Fixtures.path("digits_cnn"), "-o", folder.path(name), "--rep-data",
        Self.samples,
      ]
        + options)
  }

  private func write(_ operators: String, mode: String = "int8", in folder: Workspace) throws
    -> String
  {
    let path = folder.path("plan.json")
    let text = """
      {"version": 1, "step": {"mode": "\(mode)", "effort": 1}, "operators": [\(operators)]}
      """
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(arguments: [
    ["--mode", "int8"], ["--mode", "int16x8", "--per-tensor"],
    ["--mode", "int8", "--effort", "0", "--io", "int8"], ["--mode", "dynamic"],
    ["--mode", "dynamic", "--weights-only"], ["--mode", "float16"],
    ["--mode", "dynamic", "--weights", "int4", "--block", "32"],
    ["--mode", "dynamic", "--weights", "int2"],
    ["--mode", "int8", "--weights", "int4", "--effort", "1"],
  ])
  func `A saved plan gives the same bytes`(_ options: [String]) throws {
    let folder = try Workspace()
    let plan = folder.path("plan.json")
    let first = quantize(folder, options + ["--save-plan", plan], to: "a.tflite")
    #expect(first.code == 0, "\(first.error)")
    let second = quantize(folder, ["--plan", plan], to: "b.tflite")
    #expect(second.code == 0, "\(second.error)")
    #expect(folder.bytes("a.tflite") != nil && folder.bytes("a.tflite") == folder.bytes("b.tflite"))
  }

  @Test func `Each operator has the form that the plan gives it`() throws {
    let folder = try Workspace()
    let plan = try write(
      """
      {"index": 1, "encoding": "int16x8"}, {"index": 2, "encoding": "int16x8"},
      {"index": 4, "encoding": "float"}, {"kind": "RESHAPE", "encoding": "float"},
      {"index": 6, "encoding": "dynamic"}
      """, in: folder)
    let run = quantize(folder, ["--plan", plan], to: "mixed.tflite")
    #expect(run.code == 0, "\(run.error)")
    let model = try ModelFile(MappedFile(path: folder.path("mixed.tflite"))).model
    let rows = model.subgraphs[0].operators.map { entry in
      func type(_ list: [Int32]?, _ place: Int) -> String {
        model[TensorID(0, list?[place] ?? -1)].type.description
      }
      return [model.name(of: entry), type(entry.inputs, 0), type(entry.outputs, 0)]
    }
    // From int16 to int8 without floats in between; from int8 to int16 there is no kernel.
    let expected = """
      QUANTIZE float32 int8
      CONV_2D int8 int8
      DEQUANTIZE int8 float32
      QUANTIZE float32 int16
      DEPTHWISE_CONV_2D int16 int16
      CONV_2D int16 int16
      QUANTIZE int16 int8
      DEPTHWISE_CONV_2D int8 int8
      DEQUANTIZE int8 float32
      CONV_2D float32 float32
      RESHAPE float32 float32
      FULLY_CONNECTED float32 float32
      QUANTIZE float32 int8
      FULLY_CONNECTED int8 int8
      SOFTMAX int8 int8
      DEQUANTIZE int8 float32
      """
    #expect(rows.map { $0.joined(separator: " ") }.joined(separator: "\n") == expected)
    let weights = model.subgraphs[0].operators.filter { model.name(of: $0) == "FULLY_CONNECTED" }
      .map { model[TensorID(0, $0.inputs?[1] ?? -1)].type }
    #expect(weights == [.int8, .int8])
  }

  @Test func `A scale that a person wrote is the scale of the file`() throws {
    let folder = try Workspace()
    let plan = folder.path("plan.json")
    let first = quantize(
      folder, ["--mode", "int8", "--effort", "1", "--save-plan", plan], to: "a.tflite")
    #expect(first.code == 0, "\(first.error)")
    var text = try String(contentsOfFile: plan, encoding: .utf8)
    text.replace(/"name": "serving_default_input:0",\s+"encoding": "int8",\s+"scale": [0-9.e-]+/) {
      _ in
      "\"name\": \"serving_default_input:0\", \"encoding\": \"int8\", \"scale\": 0.0078125"
    }
    try text.write(toFile: plan, atomically: true, encoding: .utf8)
    let second = quantize(folder, ["--plan", plan], to: "b.tflite")
    #expect(second.code == 0, "\(second.error)")
    let model = try ModelFile(MappedFile(path: folder.path("b.tflite"))).model
    let quantize = try #require(model.subgraphs[0].operators.first)
    let input = model[TensorID(0, quantize.outputs?[0] ?? -1)]
    #expect(input.quantization?.scale == [0.0078125])
  }

  @Test func `Steps and granularity of a weight are those that a person wrote`() throws {
    let folder = try Workspace()
    let plan = folder.path("plan.json")
    let text = """
      {"version": 1, "step": {"mode": "int8"}, "tensors": [
        {"index": 11, "encoding": "int8", "granularity": "tensor"},
        {"index": 12, "encoding": "int8", "greatest": 31}]}
      """
    try text.write(toFile: plan, atomically: true, encoding: .utf8)
    let run = quantize(folder, ["--plan", plan], to: "a.tflite")
    #expect(run.code == 0, "\(run.error)")
    let file = try ModelFile(MappedFile(path: folder.path("a.tflite")))
    let weights = file.model.subgraphs[0].operators
      .filter { file.model.name(of: $0) == "FULLY_CONNECTED" }
      .map { file.model[TensorID(0, $0.inputs?[1] ?? -1)] }
    #expect(weights.map { $0.quantization?.scale?.count } == [32, 1])
    let greatest = try weights.map { weight -> Int in
      let data = try #require(file.model.data(of: weight))
      return try DataReader(data, file: file.bytes).withBytes(in: 0..<data.count) { bytes in
        bytes.map { abs(Int(Int8(bitPattern: $0))) }.max() ?? 0
      }
    }
    #expect(greatest == [31, 127])
  }

  @Test func `A plan that cannot be written leaves the model, and says so`() throws {
    let folder = try Workspace()
    let early = quantize(
      folder, ["--mode", "float16", "--save-plan", folder.path("no/plan.json")], to: "a.tflite")
    #expect(early.code == 4 && folder.names.isEmpty)
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let run = quantize(
      folder, ["--mode", "float16", "--save-plan", "/dev/full"], to: "a.tflite")
    #expect(run.code == 4 && run.error.contains("a.tflite' was written"), "\(run.error)")
    #expect(folder.bytes("a.tflite") != nil)
  }

  @Test func `A form that an operator cannot have is an error`() throws {
    let folder = try Workspace()
    let plan = try write("{\"index\": 5, \"encoding\": \"float16\"}", in: folder)
    let run = quantize(folder, ["--plan", plan], to: "a.tflite")
    #expect(run.code == 2)
    #expect(
      run.error.contains("1 operator cannot have the planned encoding")
        && run.error.contains(
          "RESHAPE (subgraphs[0].operators[5]): planned float16, possible float"),
      "\(run.error)")
    #expect(folder.bytes("a.tflite") == nil)
  }

  @Test func `A pattern asks for the form where operators can have it`() throws {
    let folder = try Workspace()
    let plan = try write("{\"output\": \"*\", \"encoding\": \"float16\"}", in: folder)
    let run = quantize(folder, ["--plan", plan], to: "a.tflite")
    #expect(run.code == 0, "\(run.error)")
    let other = Tool.run(
      "quantize", Fixtures.path("digits_cnn"), "--mode", "float16", "-o", folder.path("b.tflite"))
    #expect(other.code == 0 && folder.bytes("a.tflite") == folder.bytes("b.tflite"))
  }

  @Test(arguments: [
    ("{", "is not JSON"),
    ("[]", "is not an object"),
    ("{\"version\": 2}", "'version' is not 1"),
    ("{\"version\": 1, \"operator\": []}", "unknown key 'operator'; did you mean 'operators'?"),
    ("{\"version\": 1}", "has no mode for the operators that it does not name"),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"operators\": [{\"encoding\": \"int8\"}]}",
      "operators[0]: names no operator"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"operators\": "
        + "[{\"index\": 0, \"encoding\": \"itn8\"}]}",
      "operators[0]: 'encoding' is 'itn8'; did you mean 'int8'?"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"operators\": "
        + "[{\"index\": 99, \"encoding\": \"int8\"}]}",
      "operators[0]: the model has no such operator (index 99)"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"tensors\": "
        + "[{\"name\": \"x\", \"encoding\": \"int8\", \"scale\": -1}]}",
      "tensors[0]: scale -1.0 with zero point 0 is not possible in int8"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"tensors\": "
        + "[{\"name\": \"x\", \"encoding\": \"int8\", \"scale\": 1}]}",
      "tensors[0]: the model has no such tensor (subgraph 0, 'x')"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\", \"plan\": \"plan.json\"}}",
      "step: unknown option 'plan'"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\", \"efort\": 1}}",
      "step: unknown option 'efort'; did you mean 'effort'?"
    ),
    (
      "{\"version\": 1, \"step\": {\"mode\": \"int8\"}, \"searches\": {\"int4\": {}}}",
      "unknown mode 'int4'"
    ),
  ])
  func `What is wrong with a plan is said with its place`(_ text: String, _ message: String) throws
  {
    let folder = try Workspace()
    let path = folder.path("plan.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let run = quantize(folder, ["--plan", path], to: "a.tflite")
    #expect(run.code == 64)
    #expect(run.error.contains("plan '\(path)'") && run.error.contains(message), "\(run.error)")
    #expect(folder.bytes("a.tflite") == nil)
  }

  @Test func `A plan of one mode does not serve another`() throws {
    let folder = try Workspace()
    let plan = try write("", in: folder)
    let run = quantize(folder, ["--mode", "dynamic", "--plan", plan], to: "a.tflite")
    #expect(run.code == 64 && run.error.contains("is for mode 'int8', not 'dynamic'"))
  }
}
