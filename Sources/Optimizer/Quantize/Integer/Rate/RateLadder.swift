import Compression
import OpSet
import Platform
import TFLite

/// Integers of weights at several levels of coarseness.
///
/// At a level all rows of all weights have the same slope: one more bit of an integer takes the same noise from the
/// outputs everywhere. A row's noise is w d² v ÷ 12 for steps of d, where w is what its error shows at the
/// outputs and v the variance of its inputs that joint rounding cannot take back, so d² = λ ÷ (w v). Each level
/// doubles λ: half a bit of every integer that is not at its plain scale yet.
struct RateLadder {
  /// In the order of operators.
  let weights: [WeightRounding.Target]
  /// From fine to coarse, by weight.
  let levels: [[TensorID: WeightRounding.Rounded]]
  private let job: Job

  /// What rounding of weights may add, as powers of two of the noise that the model has: from a 256th on. On
  /// DS-CNN-L and an autoencoder weights of eight bits make a thousandth of it, on face landmarks a third.
  private static let first = -8
  private static let last = 6
  /// Scales are powers of 2^(1/4), so that a model has few of them and they compress: on MobileNetV1 0.25 that
  /// saves 4 to 5 % of the download, and makes no more error than scales between them.
  private static let octaves = [1, 1.189207115002721, 1.4142135623730951, 1.681792830507429]
  /// What a row shows at the outputs at least, as a share of its weight's mean: one that shows nothing on a few samples
  /// may do so on others. Rows of MobileNetV1 0.25 are rarely below it.
  private static let leastShown = SearchLimit.of("RateLadder.leastShown", 0.05)
  /// A row keeps at least the integers −2 to 2.
  private static let mostCoarse = 64.0

  /// `noise` is what the model has with plain integers. `sensitivity` is by weight and row.
  init(
    _ state: IntegerState, noise: Double, sensitivity: [TensorID: [Double]],
    _ rounding: WeightRounding
  ) throws {
    let targets = try IntegerState.targets(of: [state]).filter { target in
      target.encodings[0].bits == .eight && !target.encodings[0].isWidened
        && sensitivity[target.weight]?.count == target.matrix.rows
    }
    let elements = targets.reduce(0) { $0 + $1.matrix.rows * $1.matrix.columns }
    // All levels are in memory at once.
    let room = rounding.job.options.memory.matrix / max(elements, 1)
    let steps = (Self.first...Self.last).suffix(max(1, room))
    let slopes = steps.map {
      12 * noise / Double(max(elements, 1)) * Double(sign: .plus, exponent: $0, significand: 1)
    }
    let scaled = targets.map { target in
      var target = target
      let plain = target.encodings[0]
      let rows = sensitivity[target.weight] ?? []
      target.scaled = { inputs in
        slopes.map { Self.encoding(plain, rows, inputs, slope: $0) }
      }
      return target
    }
    var found = [[TensorID: WeightRounding.Rounded]](repeating: [:], count: steps.count)
    try rounding.forEach(scaled) { target, rounded in
      for (level, one) in rounded.enumerated() { found[level][target.weight] = one }
    }
    levels = found
    weights = targets.filter { found.first?[$0.weight] != nil }
    job = rounding.job
  }

  /// Returns the encoding whose rows have the slope, where that makes steps wider.
  private static func encoding(
    _ plain: WeightEncoding, _ rows: [Double], _ inputs: WeightRounding.InputSpread, slope: Double
  ) -> WeightEncoding {
    let perGroup = max(1, rows.count / inputs.variances.count)
    let least = leastShown * rows.reduce(0, +) / Double(max(rows.count, 1))
    func step(_ noise: Double, _ row: Int) -> Double {
      let group = min(row / perGroup, inputs.variances.count - 1)
      let shown = max(noise, least) / inputs.traces[group] * inputs.variances[group]
      return shown > 0 ? (slope / shown).squareRoot() : 0
    }
    let scales = plain.scales.map(Double.init)
    let wanted =
      scales.count == 1
      ? [step(rows.reduce(0, +) / Double(max(rows.count, 1)), 0)]
      : rows.indices.map { step(rows[$0], $0) }
    let most = Float(plain.bits.greatest)
    return plain.with(
      magnitudes: zip(scales, wanted).map { scale, wanted in
        Float(onGrid(max(scale, min(wanted, scale * mostCoarse)))) * most
      })
  }

  /// Returns the least scale of the grid that is not below the given one.
  private static func onGrid(_ scale: Double) -> Double {
    guard scale.isNormal else { return scale }
    let steps = octaves.count
    // A scale on the grid stays.
    let place = Int((Entropy.log2(scale) * Double(steps) - 1e-6).rounded(.up))
    let rest = ((place % steps) + steps) % steps
    return Double(sign: .plus, exponent: (place - rest) / steps, significand: octaves[rest])
  }

  /// Positions from one level to the next.
  static let width = 64

  /// The number of positions between the plain integers, which are at 0, and the last level.
  var positions: Int { weights.isEmpty ? 0 : levels.count * Self.width }

  /// Returns the integers at a position: those of the first rows of the model are a level coarser than the rest.
  func rounding(at position: Int) throws -> [TensorID: WeightRounding.Rounded] {
    var found: [TensorID: WeightRounding.Rounded] = [:]
    let (level, more) = position.quotientAndRemainder(dividingBy: Self.width)
    var left = weights.reduce(0) { $0 + $1.matrix.rows } * more / Self.width
    for target in weights {
      let coarser = max(0, min(left, target.matrix.rows))
      left -= coarser
      let (low, high) = (rounded(target, level - 1), rounded(target, level))
      if coarser == target.matrix.rows {
        found[target.weight] = high
      } else if let low, let high, coarser > 0 {
        found[target.weight] = try mixture(low, high, target.matrix, coarser: coarser)
      } else {
        found[target.weight] = low
      }
    }
    return found
  }

  private func rounded(_ target: WeightRounding.Target, _ level: Int) -> WeightRounding.Rounded? {
    level < 0 ? nil : levels[min(level, levels.count - 1)][target.weight]
  }

  /// Returns the first rows of `high` and the rest of `low`.
  private func mixture(
    _ low: WeightRounding.Rounded, _ high: WeightRounding.Rounded, _ matrix: WeightMatrix,
    coarser: Int
  ) throws -> WeightRounding.Rounded {
    guard low.encoding.magnitudes.count == matrix.rows else { return low }
    let count = matrix.rows * matrix.columns
    var values = try job.floats(low.values, count: count)
    let others = try job.floats(high.values, count: count)
    var magnitudes = low.encoding.magnitudes
    for row in 0..<coarser {
      magnitudes[row] = high.encoding.magnitudes[row]
      for column in 0..<matrix.columns {
        let index = matrix.index(row, column)
        values[index] = others[index]
      }
    }
    return WeightRounding.Rounded(
      encoding: low.encoding.with(magnitudes: magnitudes),
      values: .bytes(values.withUnsafeBytes { Array($0) }), shift: nil, keepsScales: true)
  }
}
