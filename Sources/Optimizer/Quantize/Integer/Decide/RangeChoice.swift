import Evaluation
import OpSet
import TFLite

/// The initial ranges of the groups of an integer graph, from statistics alone.
struct RangeChoice {
  let model: Model
  let graph: IntegerGraph
  let statistics: CalibrationStatistics
  let method: RangeMethod
  /// The known ranges of inputs.
  let known: [TensorID: ClosedRange<Float>]
  let useful: UsefulRanges

  /// Returns the useful values of all members of a group as one histogram.
  func histogram(of group: Int) -> Histogram {
    var total = Histogram()
    for member in graph.groups[group].members {
      guard let found = statistics.tensors[member]?.histogram else { continue }
      total.merge(useful.byTensor[member].map { found.clamped(to: $0) } ?? found)
    }
    return total
  }

  /// The range of the values of each group.
  var seen: [ClosedRange<Float>] {
    graph.groups.indices.map { RangeEstimator(histogram(of: $0)).minmax }
  }

  var ranges: [ClosedRange<Float>] {
    graph.groups.indices.map { group in
      if let known = knownRange(of: group) { return known }
      if method == .ema, let average = average(of: group) { return average }
      let estimator = RangeEstimator(histogram(of: group))
      if estimator.minmax == 0...0, isInput(group) { return Self.unknown }
      guard graph.mode == .int8 else {
        let isCut = graph.groups[group].members.contains { useful.byTensor[$0] != nil }
        return estimator.minmax.scaled(by: isCut ? 2 * Self.headroom : Self.headroom)
      }
      return estimator.range(method, seenThrough: function(after: group))
    }
  }

  /// Returns the known range of an input if no sample exceeds it.
  func knownRange(of group: Int) -> ClosedRange<Float>? {
    let members = graph.groups[group].members
    guard members.count == 1, let known = known[members[0]] else { return nil }
    let isKept = statistics.tensors[members[0]]?.keeps(to: known) ?? true
    return isKept ? known.joined(with: 0...0) : nil
  }

  /// The factor by which int16 ranges exceed the values of the samples. It costs one bit of
  /// sixteen. Without it, two of 125 photos caused 95 % of SqueezeNet's error: 18.7 dB instead of
  /// 31. Where values were cut that SOFTMAX does not tell apart, twice as much: on DS-CNN-L the scores of one of
  /// 300 clips, far below its greatest, made 77 % of the error before SOFTMAX: 38.8 dB instead of
  /// 48.5.
  private static let headroom: Float = 2

  /// The range of an input that is zero in all samples.
  private static let unknown: ClosedRange<Float> = -1...1

  private func isInput(_ group: Int) -> Bool {
    graph.groups[group].members.contains { graph.graphs[$0.subgraph].isInput[$0.index] }
  }

  private func average(of group: Int) -> ClosedRange<Float>? {
    range(of: group, in: statistics.averages)
  }

  /// Returns the ranges of groups that hold the useful values of tensors with these ranges; 0...0
  /// where a group has none.
  func joined(_ ranges: [TensorID: ClosedRange<Float>]) -> [ClosedRange<Float>] {
    graph.groups.indices.map { range(of: $0, in: ranges) ?? 0...0 }
  }

  private func range(
    of group: Int, in ranges: [TensorID: ClosedRange<Float>]
  ) -> ClosedRange<Float>? {
    graph.groups[group].members.compactMap { id in
      ranges[id].map { useful.clamp($0, of: id) }
    }.reduce(nil) { joined, range in joined?.joined(with: range) ?? range.joined(with: 0...0) }
  }

  /// Returns the monotone operator that alone reads the values, as a function: only the difference
  /// after it counts as error.
  private func function(after group: Int) -> ((Double) -> Double)? {
    let members = graph.groups[group].members
    guard members.count == 1, let id = members.first else { return nil }
    let graphOfTensors = graph.graphs[id.subgraph]
    let uses = graphOfTensors.uses[id.index]
    guard uses.count == 1, !graphOfTensors.isOutput[id.index] else { return nil }
    let entry = graph[OperatorPlace(subgraph: id.subgraph, index: uses[0].operation)]
    return entry.spec?.monotone?.function(entry.entry.builtinOptions)
  }
}
