import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Platform
import TFLite

/// Integers of weights that are chosen together instead of each for itself, from the moments of the inputs
/// that a float model's weights meet on samples.
struct WeightRounding {
  let model: Model
  let samples: SampleList
  let options: Interpreter.Options
  let effort: Int
  let job: Job
  /// What damping is multiplied by: with more of it the integers depend less on the samples.
  var caution = 1.0

  /// Of the mean of the diagonal, as in Frantar et al., "GPTQ", 2022. On five keyword and digit models
  /// with 100 samples half of it makes 15 % more error and twice of it 14 % less.
  private static let damping = SearchLimit.of("WeightRounding.damping", 0.01)
  /// With fewer rows of input for each column, few bits need more damping, or they fit the samples' noise: as
  /// for pruning. On five such models in mode dynamic half of it makes 21 % less error, twice of it
  /// 11 % more; three of them change.
  private static let rowsPerColumn = SearchLimit.of("WeightRounding.rowsPerColumn", 4.0)
  /// Multiplications that an effort below 3 allows; weights that need more than is left are rounded
  /// each for itself. Half and twice of it change none of five models below 3 M multiplications.
  private static let budget = SearchLimit.of("WeightRounding.budget", 2e12)

  /// Samples whose inputs weights of few bits meet. On nine keyword networks with int4 weights and int8 activations 64
  /// lose 1.36 points of top-1 and 256 lose 1.12; 600 are no better. Eight bits gain nothing from more than 64.
  private static let narrowSamples = SearchLimit.of("WeightRounding.narrowSamples", 256)
  /// Multiplications of these samples' runs that an effort below 3 allows: three seconds. A MobileNetV1 0.75 gets 192
  /// of 192 photos instead of 19: .6 dB.
  private static let narrowBudget = SearchLimit.of("WeightRounding.narrowBudget", 1e11)

  /// Returns the samples that weights are rounded for: more of them where weights have few bits.
  static func samples(
    _ chosen: SearchSamples, of file: ModelFile, isNarrow: Bool, effort: Int,
    _ options: Interpreter.Options
  ) throws -> SampleList {
    guard isNarrow, let first = chosen.fit.first else { return chosen.fit(most: 0) }
    let cost = try RunCost.of(file, first, options)
    let affordable = Budget(multiplications: effort < 3 ? narrowBudget : .infinity).count(of: cost)
    return chosen.fit(most: min(narrowSamples, affordable))
  }

  /// A weight, and the encodings that are wanted of it.
  struct Target {
    let weight: TensorID
    let matrix: WeightMatrix
    /// The operators that multiply by it.
    let places: [OperatorPlace]
    let encodings: [WeightEncoding]
    /// The bias takes the mean of the error away.
    let isCentred: Bool
    /// Gives encodings with scales of their own instead, from the inputs' spread; nil for `encodings`.
    var scaled: ((InputSpread) -> [WeightEncoding])?

    /// Multiplications for the Gram matrix, its factors and the rows.
    var cost: Double {
      let depth = Double(matrix.columns)
      return depth * depth * (Double(GramCollector.wantedRows + matrix.rows) / 2 + depth)
    }
  }

  /// By group: Σ of the inputs' variances over the columns, and the mean over the columns of what joint rounding
  /// leaves of a column's variance.
  struct InputSpread {
    let traces: [Double]
    let variances: [Double]
  }

  /// Integers that were chosen together.
  struct Rounded {
    /// The given one, or one with other scales.
    let encoding: WeightEncoding
    /// The values that the integers stand for.
    let values: TensorData
    /// What to add to biases, by row, so that the outputs' means on the samples stay; nil if biases do not.
    let shift: [Double]?
    /// Whether the scales are those of the encoding, though it has eight bits.
    var keepsScales = false
  }

  /// Calls `body` with each weight that samples reach and memory has room for, and what it becomes by encoding.
  func forEach(_ targets: [Target], _ body: (Target, [Rounded]) throws -> Void) throws {
    let collector = collector(samples)
    var budget = Budget(multiplications: effort < 3 ? Self.budget : .infinity)
    var chosen: [TensorID: Target] = [:]
    var sizes: [GramCollector.Size] = []
    for target in targets
    where GramMatrix.fits(depth: target.matrix.columns, in: job.options.memory)
      && budget.take(target.cost)
    {
      chosen[target.weight] = target
      sizes.append((target.weight, target.matrix.groups, target.matrix.columns))
    }
    let stage = ProgressStage("rounding weights", of: sizes.count, "layers")
    defer { stage.end() }
    try collector.forEachMatrix(of: sizes) { id, gram in
      defer { stage.advance() }
      try job.options.deadline?.check()
      guard let target = chosen[id], let found = try rounded(target, gram) else { return }
      try body(target, found)
    }
  }

  /// Returns a weight rounded for the inputs that `candidate`, a copy of the model with other values, gives it, so that
  /// it takes back what earlier layers do to them. Runs are of the first `count` samples and end behind the operator
  /// `last`. Nil where they do not reach it.
  func rounded(
    _ target: Target, in candidate: ModelFile, last: TensorID, samples count: Int
  ) throws -> Rounded? {
    guard GramMatrix.fits(depth: 2 * target.matrix.columns, in: job.options.memory),
      let moments = try collector(samples.prefix(count))
        .moments(of: target.weight, in: candidate, last: last)
    else { return nil }
    return try rounded(target, moments.gram, cross: moments.cross)?.first
  }

  private func collector(_ samples: SampleList) -> GramCollector {
    GramCollector(
      job.file.with(model), samples: samples.count, options: options, memory: job.options.memory
    ) { try samples.sample($0) }
  }

  /// By encoding. `cross` has the products of the float model's inputs with those that `gram` is of.
  private func rounded(
    _ target: Target, _ gram: GramMatrix, cross: GramMatrix? = nil
  ) throws -> [Rounded]? {
    let matrix = target.matrix
    guard gram.count > 0, gram.depth == matrix.columns, matrix.rows % gram.groups == 0 else {
      return nil
    }
    let real = try job.floats(of: target.weight, in: model)
    var values = real
    let products = MatrixProduct(kernels: options.kernels, threads: options.threads)
    var roundings: [JointRounding] = []
    let fits = target.scaled != nil || target.encodings.allSatisfy { $0.bits != .eight }
    let damping =
      caution
      * (fits
        ? Self.damping * max(1, Self.rowsPerColumn * Double(gram.depth) / Double(gram.count))
        : Self.damping)
    for group in 0..<gram.groups {
      let covariance = gram.covariance(group, isCentred: target.isCentred, damping: damping)
      guard let rounding = JointRounding(covariance, products) else { return nil }
      roundings.append(rounding)
    }
    if let cross {
      let wanted = CompensatedWeight(
        gram: gram, cross: cross, isCentred: target.isCentred, damping: damping)
      guard let found = wanted.values(values, matrix, products) else { return nil }
      values = found
    }
    var known: [WeightEncoding: Rounded] = [:]
    let encodings =
      target.scaled?(
        InputSpread(
          traces: roundings.map(\.trace), variances: roundings.map(\.conditionalVariance)))
      ?? target.encodings
    return try encodings.map { encoding in
      if let found = known[encoding] { return found }
      let rows = RowRounding(values: values, matrix: matrix, roundings: roundings)
      let (integers, encoding) = rows.integers(encoding)
      let rounded = encoding.values(of: encoding.stored(integers), count: integers.count)
      let found = Rounded(
        encoding: encoding, values: rounded,
        shift: target.isCentred
          ? try shift(matrix, from: real, to: rounded, gram, wanted: cross ?? gram) : nil,
        keepsScales: target.scaled != nil)
      known[encoding] = found
      return found
    }
  }

  /// Σ w × wanted mean − ŵ × mean, by row.
  private func shift(
    _ matrix: WeightMatrix, from real: [Float], to rounded: TensorData, _ gram: GramMatrix,
    wanted: GramMatrix
  ) throws -> [Double] {
    let values = try job.floats(rounded, count: real.count)
    let perGroup = matrix.rows / gram.groups
    return (0..<matrix.rows).map { row in
      (0..<matrix.columns).reduce(0) { sum, column in
        let (index, group) = (matrix.index(row, column), row / perGroup)
        return sum + Double(real[index]) * wanted.mean(group, column)
          - Double(values[index]) * gram.mean(group, column)
      }
    }
  }
}

/// Rounds the rows of a weight, each group of them with the covariance of its own inputs.
private struct RowRounding {
  let values: [Float]
  let matrix: WeightMatrix
  /// By group.
  let roundings: [JointRounding]

  /// Returns the integers, and their encoding: with few bits it gets scales that suit them.
  func integers(_ encoding: WeightEncoding) -> ([Int8], WeightEncoding) {
    var integers = [Int8](repeating: 0, count: values.count)
    var magnitudes = encoding.magnitudes
    let fits = encoding.bits != .eight && magnitudes.count == matrix.rows
    let perGroup = matrix.rows / roundings.count
    let limit = Float(encoding.greatest)
    for (group, rounding) in roundings.enumerated() {
      let channels = group * perGroup..<(group + 1) * perGroup
      let rows = FloatMatrix(rows: perGroup, columns: matrix.columns)
      for (row, channel) in channels.enumerated() {
        for column in 0..<matrix.columns {
          rows[row][column] = values[matrix.index(channel, column)]
        }
      }
      let levels: FloatMatrix
      if fits {
        let found = FittedRounding(rounding: rounding)
          .fit(rows, whole(rows, encoding, channels), limit: limit)
        levels = found.levels
        for (row, channel) in channels.enumerated() {
          magnitudes[channel] = found.steps[row, group: 0] * Float(encoding.bits.greatest)
        }
      } else {
        let scales = encoding.scales
        for (row, channel) in channels.enumerated() {
          let scale = scales[scales.count == 1 ? 0 : channel]
          for column in 0..<matrix.columns { rows[row][column] /= scale }
        }
        rounding.round(rows, .units(rows: perGroup, columns: matrix.columns), limit: limit)
        levels = rows
      }
      for (row, channel) in channels.enumerated() {
        for column in 0..<matrix.columns {
          integers[matrix.index(channel, column)] = Int8(levels[row][column])
        }
      }
    }
    return (integers, fits ? encoding.with(magnitudes: magnitudes) : encoding)
  }

  /// The steps at which no value is clipped; those of the encoding for channels that died.
  private func whole(
    _ rows: FloatMatrix, _ encoding: WeightEncoding, _ channels: Range<Int>
  ) -> StepSizes {
    let greatest = Float(encoding.bits.greatest)
    let scales = channels.enumerated().map { row, channel in
      let most = (0..<rows.columns).reduce(Float(0)) { max($0, abs(rows[row][$1])) }
      return (most > WeightEncoding.deadMagnitude ? most : encoding.magnitudes[channel]) / greatest
    }
    return StepSizes(scales, rows: rows.rows, columns: rows.columns, width: rows.columns)
  }
}
