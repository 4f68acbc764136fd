import Platform
import TFLite

/// The values that a weight's elements become, and the error of that.
struct ClusterPlan: Sendable {
  private(set) var transform: ToCodebook
  /// The integers, with a shared codebook.
  let levels: IntegerLevels?
  /// Σ (value − level)² ÷ Σ value²; with a shared codebook of the normalised channels.
  let relativeError: Double
  /// The share by which the squared error of the weight's own codebook may exceed the optimum,
  /// because values were binned.
  let excess: Double

  /// What shares a codebook: the tensor, or a channel of it.
  let layout: ChannelLayout

  /// `common` is an integer codebook that the model's weights may share. Throws `Refusal`, or what
  /// reading the data throws.
  init(_ source: ValueSource, _ options: ClusterOptions, common: Codebook? = nil) throws {
    let reader = source.reader
    defer { reader.releaseMemory() }
    if let integers = source.integers {
      try self.init(NormalizedWeight(source), integers, options, common)
      return
    }
    switch options.scope {
    case .tensor:
      _ = try Self.magnitudes(reader, source.layout)
      let stream = ValueStream(
        reader: reader, layout: .perTensor, factors: nil, importance: source.importance)
      self.init([Self.codebook(for: try ValuePoints.points(of: stream), options)], .perTensor)
    case .channel:
      _ = try Self.magnitudes(reader, source.layout)
      let stream = ValueStream(
        reader: reader, layout: source.layout, factors: nil, importance: source.importance)
      let points = try Self.pointsByChannel(stream)
      self.init(points.map { Self.codebook(for: $0, options) }, source.layout)
    case .shared:
      try self.init(NormalizedWeight(source), options, common)
    }
  }

  /// Takes the common codebook where it is about as good as the weight's own.
  private init(_ weight: NormalizedWeight, _ options: ClusterOptions, _ common: Codebook?) throws {
    let points = try ValuePoints.points(of: weight.stream)
    guard options.clusters > 2 || !points.hasZero else {
      throw Refusal(.hasNoRoomForZeros)
    }
    let own = Self.integers(for: points, options)
    var chosen = own
    var scales = try ChannelScales(weight, own, cuts: !options.isRateAware)
    if let common, !points.hasZero || common.levels.contains(0) {
      let found = try ChannelScales(weight, common, cuts: !options.isRateAware)
      let bits = Codebook(levels: common.levels, limits: common.limits, points: points).bits
      let isSmall = !options.isRateAware || bits <= Self.bitAllowance * own.bits
      if isSmall, found.error <= Self.allowance * scales.error {
        (chosen, scales) = (common, found)
      }
    }
    transform = ToCodebook([chosen], weight.stream.layout, magnitudes: scales.magnitudes)
    levels = IntegerLevels(chosen.levels.map { Int($0) })
    layout = transform.layout
    relativeError = scales.error / max(own.energy, 1e-300)
    excess = Self.excess([own])
  }

  /// The most squared error with the common codebook, relative to the weight's own. At 1, four of
  /// five keyword and digit models change, with 8 % more error and 0.8 % more bytes. Half and twice
  /// this excess change none; twelve times changes four, with 6 % more error.
  private static let allowance = SearchLimit.of("ClusterPlan.allowance", 1.1)
  /// The same for bits, where they count. Half this excess changes one of the five models, to three
  /// times its error; twice changes none.
  private static let bitAllowance = SearchLimit.of("ClusterPlan.bitAllowance", 1.02)

  /// With `magnitudes`, codebooks are of integers.
  private init(_ codebooks: [Codebook], _ layout: ChannelLayout, magnitudes: [Float]? = nil) {
    transform = ToCodebook(codebooks, layout, magnitudes: magnitudes)
    levels = nil
    self.layout = codebooks.count == 1 ? .perTensor : layout
    let error = codebooks.reduce(0) { $0 + $1.error }
    relativeError = error / max(codebooks.reduce(0) { $0 + $1.energy }, 1e-300)
    excess = magnitudes == nil ? Self.excess(codebooks) : 0
  }

  /// Of a weight that is stored as integers: they become fewer, and scales stay.
  private init(
    _ weight: NormalizedWeight, _ integers: StoredIntegers, _ options: ClusterOptions,
    _ common: Codebook?
  ) throws {
    let (stream, magnitudes) = (weight.stream, weight.magnitudes)
    guard options.scope != .channel else {
      let points = try Self.pointsByChannel(stream)
      self.init(
        points.map { Self.codebook(for: $0, among: integers, options) }, stream.layout,
        magnitudes: magnitudes)
      return
    }
    guard Set(integers.zeroPoints).count == 1 else { throw Refusal(.hasZeroPointsByChannel) }
    let points = try ValuePoints.points(of: stream)
    var chosen = Self.codebook(for: points, among: integers, options)
    if let common, integers.isSymmetric, !points.hasZero || common.levels.contains(0) {
      let shared = Codebook(levels: common.levels, limits: common.limits, points: points)
      let isSmall = !options.isRateAware || shared.bits <= Self.bitAllowance * chosen.bits
      if isSmall, shared.error <= Self.allowance * chosen.error { chosen = shared }
    }
    self.init([chosen], stream.layout, magnitudes: magnitudes)
  }

  private static func excess(_ codebooks: [Codebook]) -> Double {
    let error = codebooks.reduce(0) { $0 + $1.error }
    let least = codebooks.reduce(0) { $0 + $1.leastError }
    return least > 0 ? max(0, error / least - 1) : 0
  }

  /// Returns a plan with the same clusters and other values.
  func with(_ transform: ToCodebook) -> Self {
    var copy = self
    copy.transform = transform
    return copy
  }

  private static func codebook(for points: WeightedPoints, _ options: ClusterOptions) -> Codebook {
    let hasZero = options.preservesZero || points.hasZero
    let solved = OptimalClusters.centroids(of: points, options.clusters, hasZero: hasZero)
    let codebook = Codebook(levels: solved.centroids, for: points, error: solved.error)
    guard options.isRateAware else { return codebook }
    return RateAwareCodebook(points: points, isInteger: false, hasZero: hasZero)
      .codebook(from: codebook)
  }

  /// Returns each channel's greatest magnitude. Throws `Refusal` where values have no clusters.
  static func magnitudes(_ reader: DataReader, _ layout: ChannelLayout) throws -> [Float] {
    guard let magnitudes = try reader.magnitudes(layout, threads: 1) else {
      throw Refusal(.isNotFinite)
    }
    guard magnitudes.max() ?? 0 >= WeightEncoding.tinyMagnitude else {
      throw Refusal(.isTiny(below: WeightEncoding.tinyMagnitude))
    }
    return magnitudes
  }

  static func integers(for points: WeightedPoints, _ options: ClusterOptions) -> Codebook {
    let hasZero = options.clusters > 2 && (options.preservesZero || points.hasZero)
    let solved = IntegerCodebook.levels(for: points, options.clusters, hasZero: hasZero)
    let codebook = Codebook(
      levels: solved.levels.map(Double.init), for: points, error: solved.error)
    guard options.isRateAware else { return codebook }
    return RateAwareCodebook(points: points, isInteger: true, hasZero: hasZero)
      .codebook(from: codebook)
  }

  /// The same for integers whose scales stay.
  static func codebook(
    for points: WeightedPoints, among integers: StoredIntegers, _ options: ClusterOptions
  ) -> Codebook {
    let hasZero = options.preservesZero || points.hasZero
    let levels = IntegerClusters(points, within: integers.steps, hasZero: hasZero)
      .levels(options.clusters)
    let codebook = Codebook(levels: levels.map(Double.init), for: points, error: 0)
    guard options.isRateAware else { return codebook }
    return RateAwareCodebook(points: points, isInteger: true, keepsEnds: false, hasZero: hasZero)
      .codebook(from: codebook)
  }

  private static func pointsByChannel(_ stream: ValueStream) throws -> [WeightedPoints] {
    let layout = stream.layout
    var channels = [[(value: Float, weight: Double)]](repeating: [], count: layout.channels)
    try stream.forEachPart { values, count, start in
      layout.forEachElement(in: start..<start + count) { element, channel in
        channels[channel].append((values[element - start], stream.weight(element)))
      }
    }
    return channels.map { channel in
      let sorted = channel.sorted { $0.value < $1.value }
      return WeightedPoints(
        values: sorted.map { Double($0.value) }, weights: sorted.map(\.weight))
    }
  }
}

extension WeightedPoints {
  var hasZero: Bool {
    let end = countUp(to: 0)
    return end > 0 && values[end - 1] == 0
  }
}
