import Interpreter
import KernelTable
import OpSet
import Platform
import TFLite

/// A float model whose activations are rounded, while it runs, to the levels of integers. It
/// computes what an integer model computes, except for rounding inside the kernels. So ranges can
/// be tried without writing a model.
package final class RoundedModel {
  private let pool: LanePool<RoundingLane>
  private let model: Model

  /// One interpreter and what it rounds.
  private final class RoundingLane: Lane, @unchecked Sendable {
    let interpreter: Interpreter
    var roundings: [TensorID: Affine] = [:]
    private var found: [TensorID: [Float]] = [:]
    /// Sums of the inputs that weights are multiplied by, if they are asked for.
    var totals: ProductTotals?
    private let depths: RowDepths

    init(_ interpreter: Interpreter, _ depths: RowDepths) {
      self.interpreter = interpreter
      self.depths = depths
    }

    var interpreters: [Interpreter] { [interpreter] }

    func run(_ sample: [DenseArray], _ probes: [TensorID]) throws -> [[Float]] {
      try set(sample)
      try interpreter.run(observing: observer(probes))
      return probes.map { found[$0] ?? [] }
    }

    /// Calls `body` with a function that runs a trial and returns its results by probe. Trials have
    /// the same rounding before the operator at `start`; if the model allows, that part runs once
    /// for all, unless the values that the rest reads take more bytes than `most`.
    func run(
      _ sample: [DenseArray], _ probes: [TensorID], from start: Int?, most: Int,
      _ body: (_ run: ([TensorID: Affine]) throws -> [[Float]]) throws -> Void
    ) throws {
      func whole(_ trial: [TensorID: Affine]) throws -> [[Float]] {
        roundings = trial
        return try run(sample, probes)
      }
      try interpreter.resize(sample.map(\.shape))
      guard let start, interpreter.isResumable else { return try body(whole) }
      try set(sample)
      try interpreter.run(0..<start, observing: observer(probes))
      try interpreter.run(start..<start + 1)
      guard let snapshot = interpreter.snapshot(after: start, most: most) else {
        return try body(whole)
      }
      let before = found
      try body { trial in
        roundings = trial
        found = before
        try interpreter.restore(snapshot)
        try interpreter.show(start, to: observer(probes))
        try interpreter.run(start + 1..<interpreter.mainNodes.count, observing: observer(probes))
        return probes.map { found[$0] ?? [] }
      }
    }

    private func set(_ sample: [DenseArray]) throws {
      found = [:]
      try interpreter.resize(sample.map(\.shape))
      for (index, array) in sample.enumerated() {
        try array.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
        round(interpreter.inputValue(index))
      }
      interpreter.resetState()
    }

    private func observer(_ probes: [TensorID]) -> Interpreter.Observer {
      { [self] observation in
        _ = try totals?.add(observation)
        for output in observation.outputs {
          round(output)
          guard probes.contains(output.id), output.type == .float32 else { continue }
          found[output.id, default: []] +=
            depths.raised(output, leavesMasked: false)
            ?? Array(UnsafeBufferPointer(start: output.floats, count: output.count))
        }
      }
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
    let depths = RowDepths(file.model)
    pool = try LanePool(options, most: count) {
      RoundingLane(try Interpreter(file, options: $0), depths)
    }
  }

  /// Returns the noise with these encodings.
  package func noise(
    _ encodings: [TensorID: Affine], on expected: ExpectedResults
  ) throws -> Double {
    expected.noise(
      try sums(Array(repeating: encodings, count: expected.samples.count), expected))
  }

  /// Returns the noise of single samples, each with encodings of its own, greatest first.
  package func noiseBySample(
    _ encodings: [[TensorID: Affine]], on expected: ExpectedResults
  ) throws -> [Double] {
    expected.noiseBySample(try sums(encodings, expected))
  }

  private func sums(
    _ encodings: [[TensorID: Affine]], _ expected: ExpectedResults
  ) throws -> [NoiseSums] {
    let none = NoiseSums(probes: expected.probes.count)
    let found = Mutex<[NoiseSums]>(Array(repeating: none, count: encodings.count))
    try pool.forEach(encodings.indices) { lane, sample in
      lane.roundings = encodings[sample]
      let values = try lane.run(expected.samples[sample], expected.probes)
      let sums = expected.sums(ofSample: sample, values)
      found.withLock { $0[sample] = sums }
    }
    return found.withLock { $0 }
  }

  /// Returns the results with these encodings, by sample and probe.
  package func results(
    _ encodings: [TensorID: Affine], _ expected: ExpectedResults
  ) throws -> [[[Float]]] {
    for lane in pool.lanes { lane.roundings = encodings }
    return try results(expected.samples, expected.probes)
  }

  /// Returns the length of a tensor's last axis; 1 if it is unknown.
  func columns(of id: TensorID) -> Int { max(1, Int(model[id].shape?.last ?? 1)) }

  /// Returns the sums of the inputs that weights are multiplied by, with these encodings, on the
  /// samples `0..<count`.
  package func products(
    _ encodings: [TensorID: Affine], over count: Int,
    _ sample: @Sendable (Int) throws -> [DenseArray]
  ) throws -> [TensorID: CalibrationStatistics.Product] {
    for lane in pool.lanes {
      lane.roundings = encodings
      lane.totals = ProductTotals(model)
    }
    try pool.forEach(0..<count) { lane, index in _ = try lane.run(try sample(index), []) }
    var total = ProductTotals(model)
    for lane in pool.lanes {
      if let found = lane.totals { try total.merge(found) }
      lane.totals = nil
    }
    return total.totals
  }

  /// Returns the results by sample and probe.
  package func results(_ samples: [[DenseArray]], _ probes: [TensorID]) throws -> [[[Float]]] {
    let results = Mutex<[[[Float]]]>(Array(repeating: [], count: samples.count))
    try pool.forEach(samples.indices) { lane, sample in
      let found = try lane.run(samples[sample], probes)
      results.withLock { $0[sample] = found }
    }
    return results.withLock { $0 }
  }

  /// Returns the noise of each of several encodings. It is nil if it is not below `bound`, which
  /// can show before all samples have run.
  package func noises(
    _ trials: [[TensorID: Affine]], on expected: ExpectedResults, below bound: Double
  ) throws -> [Double?] {
    guard let first = trials.first else { return [] }
    let (start, room) = (firstDifference(trials), pool.room)
    for lane in pool.lanes { lane.roundings = first }
    let race = Mutex(NoiseRace(trials: trials.count, expected, below: bound))
    try pool.forEach(expected.samples.indices) { lane, sample in
      guard race.withLock(\.isOpen) else { return }
      lane.roundings = first
      try lane.run(expected.samples[sample], expected.probes, from: start, most: room) { run in
        var found: [Int: NoiseSums] = [:]
        for (trial, roundings) in trials.enumerated()
        where race.withLock({ $0.isOpen(trial) }) {
          found[trial] = expected.sums(ofSample: sample, try run(roundings))
        }
        race.withLock { $0.add(found, of: sample) }
      }
    }
    return race.withLock(\.noises)
  }

  /// Returns the first operator of the main subgraph whose results the trials round differently;
  /// nil if that is an input or unknown.
  private func firstDifference(_ trials: [[TensorID: Affine]]) -> Int? {
    var producers: [TensorID: Int] = [:]
    for (index, node) in pool.lanes[0].interpreter.mainNodes.enumerated() {
      for case let output? in node.outputs { producers[output.id] = index }
    }
    let different = trials[0].keys.filter { id in trials.contains { $0[id] != trials[0][id] } }
    let places = different.map { producers[$0] ?? -1 }
    return places.min().flatMap { $0 < 0 ? nil : $0 }
  }
}
