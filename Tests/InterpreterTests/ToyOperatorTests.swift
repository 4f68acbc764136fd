import Platform
import TFLite
import Testing
import Training

@testable import Interpreter
@testable import OpSet

/// An operator that no runtime has: all that adding one takes.
extension OpSpec {
  fileprivate static let toy = OpSpec(
    "CONCAT_EMBEDDINGS", .activation, channels: .keeps, modes: .float16, runtimes: "1:1.0.0",
    kernel: OpKernel { preparation in
      let (input, output) = (try preparation.input(0), try preparation.output())
      try preparation.setShape(input.shape)
      return [.once { for i in 0..<input.count { output.floats[i] = 3 * input.floats[i] } }]
    },
    gradient: OpGradient { step in
      let count = try step.input(0).count
      for i in 0..<count { step.gradient(0)?[i] += 3 * step.outputGradient[i] }
    })
}

/// Judge: the definition of the toy.
@Suite struct ToyOperatorTests {
  @Test func `An operator runs and hands gradients back by its entry alone`() throws {
    let entry = try #require(
      GoldenCase.cases(of: "EXP").first { $0.runs[0].inputs[0].type == .float32 })
    var file = try entry.file()
    let toy = OpSpec.toy.kind
    #expect(OpSet.spec(for: toy) == nil)
    for index in file.model.operatorCodes.indices {
      file.model.operatorCodes[index].builtinCode = toy
      file.model.operatorCodes[index].deprecatedBuiltinCode = Int8(toy.rawValue)
    }
    #expect(throws: InterpreterFault.self) { _ = try Interpreter(file, options: .single) }

    var options = Interpreter.Options.single
    options.sharesMemory = false
    options.operators = OpSet(OpSet.builtin.families + [OperatorFamily("Toy", [.toy])])
    let interpreter = try Interpreter(file, options: options)
    let input = entry.runs[0].inputs
    let found = try interpreter.run(input)
    #expect(found[0].floats == input[0].floats.map { 3 * $0 })

    let variable = interpreter.inputValue(0).id
    let way = try Backpropagation(interpreter, variables: [variable])
    let count = input[0].floats.count
    let given = try #require(way.gradient(of: interpreter.outputValue(0).id))
    for index in 0..<count { given[index] = Float(index) }
    var gradient = [Float](repeating: 0, count: count)
    try gradient.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { try way.run(into: [variable: base]) }
    }
    #expect(gradient == (0..<count).map { 3 * Float($0) })
  }
}
