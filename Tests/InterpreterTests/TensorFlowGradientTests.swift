import OpSet
import Samples
import TFLite
import TestSupport
import Testing

@testable import Interpreter
@testable import Training

/// Judge: TensorFlow's GradientTape in float64, on nets that its converter wrote (Gradients/README.md):
/// loops, branches, and blocks of several operators.
@Suite struct TensorFlowGradientTests {
  private struct Net {
    let file: ModelFile
    let inputs: [DenseArray]
    let loss: DenseArray
    let output: DenseArray
    /// Constants with their gradients.
    let constants: [(id: TensorID, gradient: DenseArray)]
    /// The gradients of float inputs, by position.
    let inputGradients: [(position: Int, gradient: DenseArray)]
  }

  private static let path = Checkout.folder().appending(path: "Gradients/TensorFlow.npz").path

  private static let names: [String] = {
    let names = (try? ArrayFile(path: path))?.names ?? []
    return names.filter { $0.hasSuffix("/model") }.map { String($0.dropLast(6)) }
  }()

  private func net(_ name: String) throws -> Net {
    let file = try ArrayFile(path: Self.path)
    let known = Set(file.names)
    func array(_ key: String) throws -> DenseArray? {
      known.contains("\(name)/\(key)") ? try file.array(named: "\(name)/\(key)") : nil
    }
    let model = try #require(try array("model"))
    let inputs = try (0...).lazy.map { "in\($0)" }.prefix { known.contains("\(name)/\($0)") }
      .compactMap { try array($0) }
    var constants: [(TensorID, DenseArray)] = []
    while let place = try array("place\(constants.count)"),
      let gradient = try array("gradient\(constants.count)")
    {
      let numbers = place.bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
      constants.append((TensorID(Int(numbers[0]), numbers[1]), gradient))
    }
    let golden = GoldenCase(name: name, model: model.bytes, runs: [])
    return Net(
      file: try golden.file(), inputs: inputs, loss: try #require(try array("loss")),
      output: try #require(try array("out")), constants: constants,
      inputGradients: try inputs.indices.compactMap { position in
        try array("input\(position)").map { (position, $0) }
      })
  }

  @Test("A net's gradients are TensorFlow's", arguments: names, [1, 2])
  func gradients(_ name: String, _ threads: Int) throws {
    let net = try net(name)
    var options = Interpreter.Options()
    options.threads = threads
    options.sharesMemory = false
    options.variables = Set(net.constants.map(\.id))
    let interpreter = try Interpreter(net.file, options: options)
    let found = try interpreter.run(net.inputs)
    if let difference = found[0].difference(from: net.output, tolerance: 1e-5) {
      Issue.record("\(name): \(difference)")
    }
    let inputs = net.inputGradients.map { interpreter.inputValue($0.position).id }
    let way = try Backpropagation(
      interpreter, variables: options.variables.union(inputs))
    #expect(way.ends == [])
    // Twice, since the second pass finds what the first left.
    for _ in 0..<2 {
      _ = try interpreter.run(net.inputs)
      let given = try #require(way.gradient(of: interpreter.outputValue(0).id))
      for (index, weight) in net.loss.floats.enumerated() { given[index] += weight }
      var results: [TensorID: UnsafeMutablePointer<Float>] = [:]
      defer { for memory in results.values { memory.deallocate() } }
      let expected =
        net.constants
        + zip(inputs, net.inputGradients).map { (id: $0, gradient: $1.gradient) }
      for (id, gradient) in expected {
        results[id] = .allocate(capacity: gradient.elementCount + 16)
        results[id]?.initialize(repeating: 0, count: gradient.elementCount + 16)
      }
      try way.run(into: results)
      for (id, gradient) in expected {
        let wanted = gradient.bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
        let greatest = wanted.map(abs).max() ?? 0
        let memory = try #require(results[id])
        for (index, value) in wanted.enumerated() {
          // Sums of products in float32 beside float64.
          #expect(
            abs(Double(memory[index]) - value) <= 2e-5 * max(greatest, 1e-3),
            "\(name), \(id), element \(index): \(memory[index]), TensorFlow has \(value)")
        }
      }
    }
  }

  @Test func `Nets are recorded`() { #expect(Self.names.count >= 11) }
}
