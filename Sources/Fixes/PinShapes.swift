import Evaluation
import Interpreter
import Optimizer
import TFLite

/// The shape of an input, as the user gives it.
struct PinnedShape: Equatable {
  let name: String
  let sizes: [Int]

  /// Reads `NAME=1,224,224,3` or `NAME=1x224x224x3`; a name can hold "=".
  init?(_ text: String) {
    guard let end = text.lastIndex(of: "=") else { return nil }
    let numbers = text[text.index(after: end)...].split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "x" })
    let sizes = numbers.compactMap { Int($0) }
    guard sizes.count == numbers.count, sizes.allSatisfy({ $0 > 0 }), end > text.startIndex else {
      return nil
    }
    self.name = String(text[..<end])
    self.sizes = sizes
  }

  var text: String { "\(name)=\(sizes.map(String.init).joined(separator: "x"))" }
}

/// Gives inputs fixed shapes, and all tensors the shapes that follow, so that the computing of shapes can be
/// folded and runtimes that need static shapes take the model. Never changes an operator.
package struct PinShapes: Pass {
  package static let name = "pin-shapes"
  package static let summary = "give inputs with free sizes fixed shapes"

  private let batch: Int?
  private let shapes: [PinnedShape]

  init(batch: Int?, shapes: [PinnedShape]) {
    self.batch = batch
    self.shapes = shapes
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    let before = model
    do {
      let interpreter = try Interpreter(job.file.with(model), options: job.interpreter)
      let wanted = try interpreter.inputs.map { try sizes(of: $0) }
      let names = interpreter.inputs.map(\.name)
      if let unknown = shapes.first(where: { !names.contains($0.name) }) {
        throw OptimizerFault.noInput(name: unknown.name, known: names)
      }
      try interpreter.resize(wanted)
      // Sizes that depend on values are known after a run.
      try interpreter.run()
      pin(interpreter, wanted, &model)
    } catch let fault as InterpreterFault {
      throw OptimizerFault.shapesNotTaken(why: "\(fault)")
    }
    if model != before { job.log.rewrites += 1 }
  }

  private func sizes(of port: Port) throws -> [Int] {
    if let given = shapes.first(where: { $0.name == port.name }) { return given.sizes }
    guard let batch, port.signature.first == -1 else { return port.shape }
    return [batch] + port.shape.dropFirst()
  }

  private func pin(_ interpreter: Interpreter, _ wanted: [[Int]], _ model: inout Model) {
    let subgraph = interpreter.mainSubgraph
    let graph = Graph(model, subgraph: subgraph)
    for index in model.subgraphs[subgraph].tensors.indices where !graph.isConstant(index) {
      let id = TensorID(subgraph, index)
      let isUsed = graph.producer[index] != nil || graph.isInput[index]
      guard isUsed, let value = interpreter.value(of: id) else { continue }
      model[id].setSizes(value.shape)
    }
    for (port, sizes) in zip(interpreter.inputs, wanted) {
      model[TensorID(subgraph, port.tensor)].setSizes(sizes)
    }
  }
}
