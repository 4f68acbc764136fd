import Foundation
import Pipelines
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What holds for every mode and every fixture. Untouched encodings are judged by the input's bytes,
/// determinism by two processes, whose hashing differs.
@Suite struct PipelineTests {
  static let steps: [(name: String, step: QuantizeStep)] = [
    ("float16", .float16), ("dynamic", .dynamic), ("weights-only", .weightsOnly),
  ]

  @Test("A changed file is never larger", arguments: Fixtures.names)
  func size(name: String) throws {
    let source = try Fixtures.open(name)
    for (mode, step) in Self.steps {
      let result = try Optimized(source, step)
      if result.outcome.isChanged {
        #expect(result.outcome.writer.count < source.bytes.count, "\(mode)")
      } else {
        #expect(result.outcome.model == source.model, "\(mode)")
      }
    }
  }

  @Test("Inputs, outputs, signatures and metadata stay", arguments: Fixtures.names)
  func interface(name: String) throws {
    let source = try Fixtures.open(name)
    for (mode, step) in Self.steps {
      let result = try Optimized(source, step)
      for (s, subgraph) in source.model.subgraphs.enumerated() {
        let after = result.model.subgraphs[s]
        for (old, new) in [(subgraph.inputs, after.inputs), (subgraph.outputs, after.outputs)] {
          let (before, now) = (
            old.map { $0.map { subgraph.tensors[Int($0)] } },
            new.map { $0.map { after.tensors[Int($0)] } }
          )
          #expect(before?.map(\.name) == now?.map(\.name), "\(mode)")
          #expect(before?.map(\.type) == now?.map(\.type), "\(mode)")
          #expect(before?.map(\.shape) == now?.map(\.shape), "\(mode)")
        }
      }
      #expect(result.model.signatures.map(\.key) == source.model.signatures.map(\.key))
      #expect(result.model.metadata.map(\.name) == source.model.metadata.map(\.name))
      #expect(result.model.description == source.model.description)
    }
  }

  @Test("Every float constant has changed or has a reason", arguments: Fixtures.names)
  func reasons(name: String) throws {
    let source = try Fixtures.open(name)
    for (mode, step) in Self.steps {
      let result = try Optimized(source, step)
      for (s, subgraph) in source.model.subgraphs.enumerated() {
        let graph = Graph(source.model, subgraph: s)
        for (t, tensor) in subgraph.tensors.enumerated()
        where tensor.type == .float32 && graph.isConstant(t) && tensor.sparsity == nil
          && !graph.uses[t].isEmpty
        {
          let id = TensorID(s, t)
          let isChanged = result.outcome.log.changed.contains(id)
          #expect(
            isChanged != (result.outcome.log.reasons[id] != nil),
            "\(mode) \(id) \(tensor.label)")
        }
      }
    }
  }

  @Test("The number of threads changes no byte", arguments: Fixtures.names)
  func threads(name: String) throws {
    let source = try Fixtures.open(name)
    for (mode, step) in Self.steps {
      let one = try Optimized(source, step, threads: 1)
      let two = try Optimized(source, step, threads: 2)
      // The maps must outlive the pointers into them.
      withExtendedLifetime((one, two)) {
        #expect(one.file.bytes.elementsEqual(two.file.bytes), "\(mode)")
      }
    }
  }

  @Test("Two processes write the same bytes", .enabled(if: Executable.path != nil))
  func processes() throws {
    let workspace = try Workspace()
    for name in ["embedding_gather", "sequence_lstm", "digits_cnn_float16", "gru_while"] {
      for mode in ["float16", "dynamic"] {
        var files: [Data] = []
        for run in 0..<3 {
          let path = workspace.path("\(name).\(mode).\(run).tflite")
          try Executable.run(
            ["quantize", Fixtures.path(name), "--mode", mode, "-o", path, "--quiet"]
              + ["--allow-unchanged", "--threads", "\(run % 2 + 1)"])
          files.append(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        #expect(Set(files).count == 1, "\(name) \(mode)")
      }
    }
  }

  @Test func `Two steps do what each does alone`() throws {
    let source = try Fixtures.open("digits_cnn")
    let result = try Optimized(source, .dynamic, .float16)
    #expect(result.outcome.records.map(\.changes).allSatisfy { $0 > 0 })
    let dynamic = try Optimized(source, .dynamic)
    for tensor in dynamic.model.subgraphs[0].tensors where tensor.type == .int8 {
      let other = try #require(result.file.tensor(tensor.label))
      #expect(try result.file.bytes(of: other) == dynamic.file.bytes(of: tensor))
    }
    #expect(result.outcome.writer.count < dynamic.outcome.writer.count)
    #expect(result.outcome.records[0].bytesAfter == dynamic.outcome.writer.count)
    #expect(result.outcome.records[1].bytesAfter == result.outcome.writer.count)
  }

  @Test func `A compiled model is refused with its operators`() throws {
    var file = try Fixtures.open("bmm")
    var code = OperatorCode()
    code.kind = .custom
    code.customCode = "edgetpu-custom-op"
    file.model.operatorCodes.append(code)
    // A code that no operator uses does no harm; real files have that.
    #expect(throws: Never.self) { try Pipeline([.dynamic], options: RunOptions()).run(on: file) }
    var entry = file.model.subgraphs[0].operators[0]
    entry.opcodeIndex = UInt32(file.model.operatorCodes.count - 1)
    file.model.subgraphs[0].operators.append(entry)
    let fault = #expect(throws: OptimizerFault.self) {
      try Pipeline([.dynamic], options: RunOptions()).run(on: file)
    }
    #expect(fault == .compiled(operators: ["edgetpu-custom-op"]))
    #expect(throws: Never.self) { try Pipeline([.rewrite], options: RunOptions()).run(on: file) }
  }
}
