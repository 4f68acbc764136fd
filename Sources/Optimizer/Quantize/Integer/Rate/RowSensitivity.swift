import Evaluation
import Interpreter
import OpSet
import Platform
import TFLite
import Training

/// How much an error in a row of weights shows at the outputs: the squared gradients of outputs with random
/// signs, whose mean is that of all outputs (Hutchinson, 1990). What a bias takes back does not count.
struct RowSensitivity {
  let model: Model
  /// The samples, with what the float model makes of them.
  let expected: ExpectedResults
  let job: Job

  /// On MobileNetV1 0.25 rows of a layer differ by a factor of 2 to 5 in what they show at the outputs: 16 samples
  /// with two draws tell that to about a quarter.
  static let samples = SearchLimit.of("RowSensitivity.samples", 16)
  private static let draws = SearchLimit.of("RowSensitivity.draws", 2)

  /// A weight and the means of the inputs that its columns meet, which a bias takes back; nil without one.
  struct Weight {
    let id: TensorID
    let matrix: WeightMatrix
    let means: [Double]?
  }

  /// Returns the noise at the outputs for each row's squared error, by weight: Σ over the row's columns. Weights that
  /// gradients do not reach are missing.
  func noise(of weights: [Weight]) throws -> [TensorID: [Double]] {
    let ids = Set(weights.map(\.id))
    let samples = expected.samples
    let pool = try LanePool(job.interpreter, most: samples.count) { options in
      var single = options
      single.sharesMemory = false
      single.variables = ids
      single.packed = nil
      return GradientLane(try Interpreter(job.file.with(model), options: single), ids)
    }
    let stage = ProgressStage("measuring rows of weights", of: samples.count, "samples")
    defer { stage.end() }
    let scales = scales
    let found = Mutex([[TensorID: [Double]]](repeating: [:], count: samples.count))
    try pool.forEach(samples.indices) { lane, index in
      var total: [TensorID: [Double]] = [:]
      try lane.run(samples[index])
      for draw in 0..<Self.draws {
        try lane.goBack(
          from: expected.probes, scales, seed: UInt64(index * Self.draws + draw))
        for weight in weights {
          guard let gradient = lane.gradients[weight.id] else { continue }
          let squares = Self.squares(gradient, weight)
          total[weight.id] = total[weight.id].map { zip($0, squares).map { $0 + $1 } } ?? squares
        }
      }
      found.withLock { $0[index] = total }
      stage.advance()
    }
    // In the order of samples, so that sums are the same for any number of threads.
    var sums: [TensorID: [Double]] = [:]
    for total in found.withLock({ $0 }) {
      for (id, squares) in total {
        sums[id] = sums[id].map { zip($0, squares).map { $0 + $1 } } ?? squares
      }
    }
    let count = Double(samples.count * Self.draws)
    return sums.mapValues { $0.map { $0 / count } }
      .filter { $0.value.contains { $0 > 0 } && $0.value.allSatisfy(\.isFinite) }
  }

  /// By probe: what makes the sum of squares of the error a part of the noise that `ExpectedResults` tells.
  private var scales: [Float] {
    expected.probes.indices.map { probe in
      let values = expected.values.flatMap { $0[probe] }
      let count = Double(max(values.count, 1))
      let mean = values.reduce(0) { $0 + Double($1) } / count
      let energy = values.reduce(0) { sum, value in
        let distance = Double(value) - mean
        return sum + distance * distance
      }
      let share = energy / Double(max(expected.samples.count, 1)) * Double(expected.probes.count)
      return share > 0 ? Float(1 / share.squareRoot()) : 0
    }
  }

  /// The squared length of each row's gradient, without its part along the inputs' means.
  private static func squares(
    _ gradient: UnsafeMutableBufferPointer<Float>, _ weight: Weight
  ) -> [Double] {
    let matrix = weight.matrix
    return (0..<matrix.rows).map { row in
      var (square, along, length) = (0.0, 0.0, 0.0)
      for column in 0..<matrix.columns {
        let value = Double(gradient[matrix.index(row, column)])
        square += value * value
        guard let means = weight.means else { continue }
        let place = matrix.input(row, column, of: means.count)
        guard means.indices.contains(place) else { continue }
        along += value * means[place]
        length += means[place] * means[place]
      }
      return length > 0 ? max(0, square - along * along / length) : square
    }
  }
}

/// A float model that runs forth and back on one thread.
private final class GradientLane: Lane, @unchecked Sendable {
  private let interpreter: Interpreter
  let gradients: [TensorID: UnsafeMutableBufferPointer<Float>]
  /// For the shapes of the last sample.
  private var way: Backpropagation?
  private var shapes: [[Int]] = []

  init(_ interpreter: Interpreter, _ ids: Set<TensorID>) {
    self.interpreter = interpreter
    var made: [TensorID: UnsafeMutableBufferPointer<Float>] = [:]
    for id in ids {
      made[id] = .allocate(capacity: max(1, interpreter.file.model[id].elementCount ?? 0))
    }
    gradients = made
  }

  deinit { for gradient in gradients.values { gradient.deallocate() } }

  var interpreters: [Interpreter] { [interpreter] }

  func run(_ sample: [DenseArray]) throws {
    try interpreter.set(sample)
    interpreter.resetState()
    try interpreter.run()
    if way == nil || shapes != sample.map(\.shape) {
      way = try Backpropagation(interpreter, variables: Set(gradients.keys))
      shapes = sample.map(\.shape)
    }
  }

  /// Fills the gradients with those of Σ ± scale × value over the probes.
  func goBack(from probes: [TensorID], _ scales: [Float], seed: UInt64) throws {
    guard let way else { return }
    for gradient in gradients.values { gradient.update(repeating: 0) }
    var random = SeededRandom(seed: seed)
    for (probe, scale) in zip(probes, scales) {
      guard let value = interpreter.value(of: probe), let start = way.gradient(of: probe) else {
        continue
      }
      for index in 0..<value.count { start[index] = random.next() & 1 == 0 ? scale : -scale }
    }
    try way.run(into: gradients.compactMapValues(\.baseAddress))
  }
}
