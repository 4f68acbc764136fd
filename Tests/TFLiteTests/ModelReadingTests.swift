import FlatBuffers
import TestSupport
import Testing

@testable import TFLite

/// LiteRT's schema parser judges reading: its view of each file was recorded by
/// `Tools/record-model-dumps.py` and must equal ours, field for field.
@Suite struct ModelReadingTests {
  @Test(
    "Every field of a file reads as the official parser reads it",
    arguments: Fixtures.names + ModelFiles.recorded)
  func golden(name: String) throws {
    let golden = try ModelFiles.goldenDump(name)
    let dump = try ModelFiles.open(name).dump
    #expect(golden.count > 3)
    #expect(dump.count == golden.count)
    for (ours, theirs) in zip(dump, golden) { #expect(ours == theirs) }
  }

  @Test func `All fixtures are recorded`() {
    #expect(Fixtures.names.count >= 20)
  }

  @Test func `Every option table of the schema is in the recorded files`() throws {
    let operators = try ModelFiles.open("every_option").model.subgraphs[0].operators
    #expect(
      operators.count { $0.builtinOptions != nil } == OptionsUnion.builtinOptions.tables.count)
    #expect(
      operators.count { $0.builtinOptions2 != nil } == OptionsUnion.builtinOptions2.tables.count)
    for entry in operators {
      let fields = try #require(entry.options).fields
      let isUntouched = fields.filter { $0.value == $0.field.initial }.map(\.field.name)
      #expect(isUntouched.isEmpty || isUntouched == ["new_height", "new_width"])
    }
  }

  @Test func `An empty file, a short one and other formats are told apart`() throws {
    let folder = "\(Fixtures.root)/Malformed"
    func fault(_ name: String) -> ModelFault? {
      do throws(ModelFault) {
        guard let map = try? openMap("\(folder)/\(name)") else { return nil }
        _ = try ModelFile(map)
        return nil
      } catch {
        return error
      }
    }
    #expect(fault("empty.tflite") == .empty)
    #expect(fault("three_bytes.tflite") == .tooShort(count: 3))
    #expect(fault("identifier.tflite") == .identifier(Array("TFL2".utf8)))
    #expect(fault("version_2.tflite") == .version(2))
    #expect(fault("version_4.tflite") == .version(4))
    #expect(fault("bundle.task") == .container(kind: TaskBundle.name))
    #expect(fault("header.litertlm") == .container(kind: LiteRTLMFile.name))
    #expect(
      fault("external_outside.tflite") == .outside(what: "buffers[1]", offset: 4096, size: 48))
    #expect(
      fault("external_overflow.tflite")
        == .outside(what: "buffers[1]", offset: 0xFFFF_FFFF_FFFF_FFF0, size: 48))
  }

  /// What `Fixtures/Malformed/README.md` says of each file, as the path of the problem.
  static let indices = [
    "buffer_index": "subgraphs[0].tensors[1].buffer: buffer 99",
    "opcode_index": "subgraphs[0].operators[0].opcode_index: operator code 9",
    "operator_input": "subgraphs[0].operators[0].inputs[1]: tensor 77",
    "operator_input_negative": "subgraphs[0].operators[0].inputs[1]: tensor -2",
    "operator_output": "subgraphs[0].operators[0].outputs[0]: tensor 77",
    "graph_input": "subgraphs[0].inputs[0]: tensor 55",
    "graph_output": "subgraphs[0].outputs[0]: tensor -1",
    "block_scales": "subgraphs[0].tensors[1].quantization.details.scales: tensor 99",
    "no_subgraphs": "signature_defs[0].subgraph_index: subgraph 0",
    "while_subgraph": "subgraphs[0].operators[1].builtin_options: subgraph 7",
  ]

  @Test("An index that leads nowhere is refused with its path", arguments: indices)
  func index(name: String, problem: String) throws {
    let path = "\(Fixtures.root)/Malformed/\(name).tflite"
    let map = try openMap(path)
    let fault = #expect(throws: ModelFault.self) { try ModelFile(map) }
    guard case .invalid(let problems)? = fault else {
      Issue.record("\(name): \(String(describing: fault))")
      return
    }
    #expect(problems[0].description.hasPrefix(problem + " does not exist"))
  }

  /// LiteRT 2.3.0 loads and runs each of these files.
  static let dangling = [
    "signature_tensor": "signature_defs[0] 'serving_default', 'x': tensor 44",
    "signature_subgraph": "signature_defs[0] 'serving_default': subgraph 3",
    "metadata_buffer": "metadata[0] 'min_runtime_version': buffer 88",
  ]

  @Test("What the runtime does not look at is left out, and named", arguments: dangling)
  func leftOut(name: String, problem: String) throws {
    let file = try ModelFile(openMap("\(Fixtures.root)/Malformed/\(name).tflite"))
    #expect(file.leftOut.map(\.description) == [problem + " does not exist"])
    #expect(file.model.signatures.isEmpty == name.hasPrefix("signature"))
    try ModelFiles.written(ModelWriter(file.model, of: file)) { again, _ in
      #expect(again.leftOut.isEmpty)
      #expect(ModelWriter(file.model, of: file).hasSameStructure(as: again.model))
    }
  }

  @Test func `Absent intermediates and data of no tensor are left out`() throws {
    var model = try ModelFiles.open("digits_cnn").model
    model.subgraphs[0].operators[0].intermediates = [-1, 9999, 0]
    model.metadataBuffers = [0, -1, 9999]
    var buffer = Buffer(nil)
    (buffer.offset, buffer.size) = (1 << 40, 10)
    model.buffers.append(buffer)
    #expect(model.leaveOutDangling(fileSize: 1 << 20).count == 4)
    #expect(model.subgraphs[0].operators[0].intermediates == [-1, -1, 0])
    #expect(model.metadataBuffers == [0])
    // A tensor's data must be there.
    model.buffers[model.buffers.count - 1] = buffer
    model.subgraphs[0].tensors[0].buffer = UInt32(model.buffers.count - 1)
    #expect(model.leaveOutDangling(fileSize: 1 << 20).isEmpty)
    #expect(throws: ModelFault.self) { try model.resolveOutsideData(fileSize: 1 << 20) }
  }

  @Test("Dropping unknown fields gives the model without them") func unknownField() throws {
    let path = "\(Fixtures.root)/Malformed/unknown_field.tflite"
    let map = try openMap(path)
    #expect(throws: ModelFault.self) { try ModelFile(map) }
    let file = try ModelFile(map, dropsUnknown: true)
    #expect(file.dropped.count == file.model.subgraphs[0].tensors.count)
    #expect(file.dropped.first == "subgraphs[0].tensors[0] (field 15)")
  }

  @Test("Memory that decoding may take is limited") func memory() throws {
    let map = try openMap(ModelFiles.path("digits_cnn"))
    let fault = #expect(throws: ModelFault.self) { try ModelFile(map, maxMemory: 1000) }
    guard case .unreadable(let failure)? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(failure.reason == .tooLarge(limit: 1000))
  }
}
