import Calibration
import Interpreter
import Kernels
import OpSet
import Platform
import Synchronization
import TFLite

/// The float model with weights and activations rounded to the levels that integers would have: what
/// an integer model computes, but for the rounding inside its kernels. Ranges can be tried out
/// without writing a model.
final class RoundedModel {
  /// The noise of the outputs, relative to their variation: Σ (rounded − float)² ÷ Σ (float − mean)².
  /// The mean over outputs; lower is better.
  typealias Noise = Double

  private let file: ModelFile
  private let lanes: [Lane]
  private let probes: [TensorID]
  private let samples: [[DenseArray]]
  /// By sample and probe.
  private let expected: [[[Float]]]

  /// One interpreter and what it rounds.
  private final class Lane: @unchecked Sendable {
    let interpreter: Interpreter
    var levels: [TensorID: Rounding] = [:]
    var found: [TensorID: [Float]] = [:]

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    func run(_ sample: [DenseArray], _ probes: [TensorID]) throws {
      found = [:]
      try interpreter.resize(sample.map(\.shape))
      for (index, array) in sample.enumerated() {
        try array.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
        let value = interpreter.inputValue(index)
        round(value)
      }
      interpreter.resetState()
      let wanted = Set(probes)
      try interpreter.run(observing: { [self] observation in
        for output in observation.outputs {
          round(output)
          guard wanted.contains(output.id), output.type == .float32 else { continue }
          found[output.id, default: []] += UnsafeBufferPointer(
            start: output.floats, count: output.count)
        }
      })
    }

    private func round(_ value: Value) {
      guard value.type == .float32, let rounding = levels[value.id] else { return }
      RoundingKernels.round(
        value.floats, count: value.count, scale: rounding.scale, least: rounding.least,
        most: rounding.most)
    }
  }

  struct Rounding: Equatable {
    let scale: Float
    let least: Float
    let most: Float

    init(_ encoding: AffineEncoding) {
      scale = encoding.scale
      least = Float(encoding.levels.lowerBound - encoding.zeroPoint)
      most = Float(encoding.levels.upperBound - encoding.zeroPoint)
    }
  }

  /// `reference` is the float model, `rounded` the same with rounded weights. `probes` are the
  /// tensors whose noise counts.
  init(
    reference: ModelFile, rounded: ModelFile, probes: [TensorID], samples: [[DenseArray]],
    options: Interpreter.Options
  ) throws {
    file = rounded
    self.probes = probes
    self.samples = samples
    var single = options
    single.threads = 1
    single.skipsUnsupported = true
    let count = max(1, min(options.threads, samples.count))
    let references = try (0..<count).map { _ in Lane(try Interpreter(reference, options: single)) }
    expected = try Self.results(references, samples, probes)
    lanes = try (0..<count).map { _ in Lane(try Interpreter(rounded, options: single)) }
  }

  /// The noise on all samples with these encodings.
  func noise(_ encodings: [TensorID: AffineEncoding]) throws -> Noise {
    for lane in lanes { lane.levels = encodings.mapValues(Rounding.init) }
    let found = try Self.results(lanes, samples, probes)
    return Self.noise(expected, found)
  }

  /// Summed in the order of samples that their contents give, so that it is the same for any order.
  private static func noise(_ expected: [[[Float]]], _ found: [[[Float]]]) -> Noise {
    guard let probes = expected.first?.count, probes > 0 else { return 0 }
    var total = 0.0
    for probe in 0..<probes {
      var (sum, squares, count, error) = (0.0, 0.0, 0.0, 0.0)
      for (reference, other) in zip(expected, found) {
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
      let variation = squares - sum * sum / count
      total += error / max(variation, 1e-30)
    }
    return total / Double(probes)
  }

  private static func results(
    _ lanes: [Lane], _ samples: [[DenseArray]], _ probes: [TensorID]
  ) throws -> [[[Float]]] {
    let next = Atomic<Int>(0)
    let results = Mutex<[[[Float]]]>(Array(repeating: [], count: samples.count))
    let failed = Mutex<(any Error)?>(nil)
    Threads.inLanes(lanes.count) { index, _ in
      let lane = lanes[index]
      do {
        while true {
          let sample = next.add(1, ordering: .relaxed).oldValue
          guard sample < samples.count else { break }
          try lane.run(samples[sample], probes)
          let found = probes.map { lane.found[$0] ?? [] }
          results.withLock { $0[sample] = found }
        }
      } catch {
        failed.withLock { $0 = error }
      }
    }
    if let error = failed.withLock({ $0 }) { throw error }
    return results.withLock { $0 }
  }
}
