import Calibration
import Interpreter
import KernelTable
import OpSet
import Platform
import Synchronization
import TFLite

/// Samples with what the float model makes of them at the tensors that are looked at.
struct ExpectedResults {
  let samples: [[DenseArray]]
  var probes: [TensorID]
  /// By sample and probe.
  let values: [[[Float]]]

  init(
    _ samples: [[DenseArray]], probes: [TensorID], of file: ModelFile,
    _ options: Interpreter.Options
  ) throws {
    self.samples = samples
    self.probes = probes
    values = try RoundedModel(file, lanes: samples.count, options).results(samples, probes)
  }

  /// Σ (found − expected)² ÷ Σ (expected − mean)², in the mean over probes: noise to signal.
  func noise(_ found: [[[Float]]]) -> Double {
    var total = 0.0
    for probe in probes.indices {
      var (sum, squares, count, error) = (0.0, 0.0, 0.0, 0.0)
      for (reference, other) in zip(values, found) {
        for (x, y) in zip(reference[probe], other[probe]) where x.isFinite {
          let value = Double(x)
          sum += value
          squares += value * value
          count += 1
          let difference = y.isFinite ? Double(y) - value : value
          error += difference * difference
        }
      }
      guard count > 0 else { continue }
      total += error / max(squares - sum * sum / count, 1e-30)
    }
    return total / Double(max(probes.count, 1))
  }
}

/// A float model whose activations are rounded, while it runs, to the levels that integers would
/// have: what an integer model computes, but for the rounding inside its kernels. Ranges can be
/// tried out without writing a model.
final class RoundedModel {
  private let lanes: [Lane]
  private let model: Model

  /// One interpreter and what it rounds.
  private final class Lane: @unchecked Sendable {
    let interpreter: Interpreter
    var roundings: [TensorID: Rounding] = [:]
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
        value.floats, value.count, rounding.scale, rounding.least, rounding.most)
    }
  }

  private struct Rounding {
    let scale: Float
    let least: Float
    let most: Float

    init(_ encoding: AffineEncoding) {
      scale = encoding.scale
      least = Float(encoding.levels.lowerBound - encoding.zeroPoint)
      most = Float(encoding.levels.upperBound - encoding.zeroPoint)
    }
  }

  /// Runs up to as many samples at once as there are threads.
  init(_ file: ModelFile, lanes count: Int, _ options: Interpreter.Options) throws {
    var single = options
    single.threads = 1
    single.skipsUnsupported = true
    model = file.model
    lanes = try (0..<max(1, min(options.threads, count))).map { _ in
      Lane(try Interpreter(file, options: single))
    }
  }

  /// The noise with these encodings.
  func noise(
    _ encodings: [TensorID: AffineEncoding], on expected: ExpectedResults
  ) throws -> Double {
    let roundings = encodings.mapValues(Rounding.init)
    for lane in lanes { lane.roundings = roundings }
    return expected.noise(try results(expected.samples, expected.probes))
  }

  /// What weights meet, with these encodings, on the samples `0..<count`.
  func products(
    _ encodings: [TensorID: AffineEncoding], over count: Int,
    _ sample: @Sendable (Int) throws -> [DenseArray]
  ) throws -> BiasCorrection.Inputs {
    let lanes = lanes
    for lane in lanes {
      lane.roundings = encodings.mapValues(Rounding.init)
      lane.totals = ProductTotals(model)
    }
    try Threads.inLanes(lanes.count, over: 0..<count) { lane, index in
      try lanes[lane].run(try sample(index), [])
    }
    var total = ProductTotals(model)
    for lane in lanes {
      if let found = lane.totals { try total.merge(found) }
      lane.totals = nil
    }
    return total.totals
  }

  /// By sample and probe.
  func results(_ samples: [[DenseArray]], _ probes: [TensorID]) throws -> [[[Float]]] {
    let results = Mutex<[[[Float]]]>(Array(repeating: [], count: samples.count))
    let wanted = Set(probes)
    let lanes = lanes
    try Threads.inLanes(lanes.count, over: samples.indices) { lane, sample in
      try lanes[lane].run(samples[sample], wanted)
      let found = probes.map { lanes[lane].found[$0] ?? [] }
      results.withLock { $0[sample] = found }
    }
    return results.withLock { $0 }
  }
}
