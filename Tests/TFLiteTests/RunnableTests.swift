import Foundation
import TestSupport
import Testing

@testable import TFLite

/// `Fixtures/Malformed/README.md` judges: files that are readable and wrong, and what is wrong.
@Suite struct RunnableTests {
  static let problems = [
    "data_too_small": "subgraphs[0].tensors[1]: 48 bytes are needed, the buffer has 20",
    "shape_overflow": "subgraphs[0].tensors[1].shape: the number of elements overflows",
    "negative_dimension": "subgraphs[0].tensors[1].shape: ",
    "operator_order":
      "subgraphs[0].operators[0]: reads tensor 3, which operator 1 makes only later",
    "scale_count": "subgraphs[0].tensors[1].quantization: 2 scales for 3 channels",
    "quantized_dimension":
      "subgraphs[0].tensors[1].quantization: there is no dimension 5 in 2 dimensions",
    "zero_point_count": "subgraphs[0].tensors[1].quantization: 3 scales but 1 zero points",
    "block_size": "subgraphs[0].tensors[1].quantization.details: a block has 0 elements",
    "block_count":
      "subgraphs[0].tensors[1].quantization.details: 3 scales for 12 elements in blocks of 2",
  ]

  @Test("A readable file that contradicts itself is not runnable", arguments: problems)
  func refused(name: String, problem: String) throws {
    let path = "\(Fixtures.root)/Malformed/\(name).tflite"
    let file = try ModelFile(openMap(path))
    let fault = #expect(throws: ModelFault.self) { try file.model.checkRunnable() }
    guard case .invalid(let problems)? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(problems.contains { $0.description.hasPrefix(problem) }, "\(problems)")
  }

  @Test func `A model without a subgraph is not runnable`() {
    let fault = #expect(throws: ModelFault.self) { try Model().checkRunnable() }
    #expect(fault == .invalid([ModelFault.Problem("subgraphs", "there is none")]))
  }

  @Test("Every model of the fixtures is runnable", arguments: Fixtures.names)
  func runnable(name: String) throws {
    let file = try ModelFiles.open(name)
    #expect(throws: Never.self) { try file.model.checkRunnable() }
  }
}
