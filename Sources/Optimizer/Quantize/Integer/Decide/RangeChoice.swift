import Evaluation
import OpSet
import TFLite

/// First ranges for the groups of an integer graph, from statistics alone.
struct RangeChoice {
  let model: Model
  let graph: IntegerGraph
  let statistics: CalibrationStatistics
  let method: RangeMethod
  /// Ranges that inputs are known to keep.
  let known: [TensorID: ClosedRange<Float>]
  let useful: UsefulRanges

  /// What the members of a group held that matters, all together.
  func histogram(of group: Int) -> Histogram {
    var total = Histogram()
    for member in graph.groups[group].members {
      guard let found = statistics.tensors[member]?.histogram else { continue }
      total.merge(useful.byTensor[member].map { found.clamped(to: $0) } ?? found)
    }
    return total
  }

  /// What each group held.
  var seen: [ClosedRange<Float>] {
    graph.groups.indices.map { RangeEstimator(histogram(of: $0)).minmax }
  }

  var ranges: [ClosedRange<Float>] {
    graph.groups.indices.map { group in
      if let known = knownRange(of: group) { return known }
      if method == .ema, let average = average(of: group) { return average }
      let estimator = RangeEstimator(histogram(of: group))
      if estimator.minmax == 0...0, isInput(group) { return Self.unknown }
      guard graph.mode == .int8 else { return estimator.minmax.scaled(by: Self.headroom) }
      return estimator.range(method, seenThrough: function(after: group))
    }
  }

  /// The range of an input that is known and that the samples kept.
  func knownRange(of group: Int) -> ClosedRange<Float>? {
    let members = graph.groups[group].members
    guard members.count == 1, let known = known[members[0]] else { return nil }
    let isKept = statistics.tensors[members[0]]?.keeps(to: known) ?? true
    return isKept ? known.joined(with: 0...0) : nil
  }

  /// What 16 bits leave free for values that no sample showed. It costs one bit of sixteen; without it
  /// two photos of 125 made 95 % of SqueezeNet's error, 18.7 dB in place of 31.
  private static let headroom: Float = 2

  /// Of an input that is zero in all samples.
  private static let unknown: ClosedRange<Float> = -1...1

  private func isInput(_ group: Int) -> Bool {
    graph.groups[group].members.contains { graph.graphs[$0.subgraph].isInput[$0.index] }
  }

  private func average(of group: Int) -> ClosedRange<Float>? {
    graph.groups[group].members.compactMap { id in
      statistics.averages[id].map { useful.clamp($0, of: id) }
    }.reduce(nil) { joined, range in joined?.joined(with: range) ?? range.joined(with: 0...0) }
  }

  /// What a following monotone operator makes of the values, where it alone reads them: only what
  /// it lets through counts as error.
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
