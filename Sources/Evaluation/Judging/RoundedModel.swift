import Interpreter
import KernelTable
import OpSet
import Synchronization
import TFLite

/// A float model whose activations are rounded, while it runs, to the levels that integers would
/// have: what an integer model computes, but for the rounding inside its kernels. Ranges can be
/// tried out without writing a model.
package final class RoundedModel {
  private let pool: LanePool<Lane>
  private let model: Model

  /// One interpreter and what it rounds.
  private final class Lane: @unchecked Sendable {
    let interpreter: Interpreter
    var roundings: [TensorID: Affine] = [:]
    var found: [TensorID: [Float]] = [:]
    /// What weights meet, if that is asked for.
    var totals: ProductTotals?

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    func run(_ sample: [DenseArray], _ probes: Set<TensorID>) throws {
      found = [:]
      try interpreter.resize(sample.map(\.shape))
      for (index, array) in sample.enumerated() {
        try array.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
        round(interpreter.inputValue(index))
      }
      interpreter.resetState()
      try interpreter.run(observing: { [self] observation in
        _ = try totals?.add(observation)
        for output in observation.outputs {
          round(output)
          guard probes.contains(output.id), output.type == .float32 else { continue }
          found[output.id, default: []] += UnsafeBufferPointer(
            start: output.floats, count: output.count)
        }
      })
    }

    private func round(_ value: Value) {
      guard value.type == .float32, let rounding = roundings[value.id] else { return }
      KernelTable.chosen.observation.round(
        value.floats, value.count, rounding.scale, rounding.steps.lowerBound,
        rounding.steps.upperBound)
    }
  }

  /// Runs up to as many samples at once as there are threads.
  package init(_ file: ModelFile, lanes count: Int, _ options: Interpreter.Options) throws {
    model = file.model
    pool = try LanePool(options, most: count) { Lane(try Interpreter(file, options: $0)) }
  }

  /// The noise with these encodings.
  package func noise(
    _ encodings: [TensorID: Affine], on expected: ExpectedResults
  ) throws -> Double {
    for lane in pool.lanes { lane.roundings = encodings }
    return expected.noise(try results(expected.samples, expected.probes))
  }

  /// What weights meet, with these encodings, on the samples `0..<count`.
  package func products(
    _ encodings: [TensorID: Affine], over count: Int,
    _ sample: @Sendable (Int) throws -> [DenseArray]
  ) throws -> [TensorID: CalibrationStatistics.Product] {
    for lane in pool.lanes {
      lane.roundings = encodings
      lane.totals = ProductTotals(model)
    }
    try pool.forEach(0..<count) { lane, index in try lane.run(try sample(index), []) }
    var total = ProductTotals(model)
    for lane in pool.lanes {
      if let found = lane.totals { try total.merge(found) }
      lane.totals = nil
    }
    return total.totals
  }

  /// By sample and probe.
  package func results(_ samples: [[DenseArray]], _ probes: [TensorID]) throws -> [[[Float]]] {
    let results = Mutex<[[[Float]]]>(Array(repeating: [], count: samples.count))
    let wanted = Set(probes)
    try pool.forEach(samples.indices) { lane, sample in
      try lane.run(samples[sample], wanted)
      let found = probes.map { lane.found[$0] ?? [] }
      results.withLock { $0[sample] = found }
    }
    return results.withLock { $0 }
  }
}
