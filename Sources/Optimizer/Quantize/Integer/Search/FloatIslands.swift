import Evaluation
import OpSet
import Platform
import TFLite

/// Operators that stay float because outputs lose too much: parts of very different ranges that meet
/// in one tensor at the end, logarithms of wide ranges, normalization in pieces.
///
/// Judged by columns of the outputs. Operators with weights among them keep those in int8, and
/// compute with activations that are quantized as they come.
struct FloatIslands {
  typealias Places = [OperatorPlace: Reason]
  let search: RangeSearch
  let effort: Int
  let job: Job
  /// The state with these operators float.
  let make: (Places) throws -> IntegerState

  /// What float operators must take off: they are slower, and twice 1.5 dB is within what samples vary.
  private static let least = SearchLimit.of("FloatIslands.least", 4.0)
  /// 25 dB: outputs that have less noise are left alone.
  private static let enough = SearchLimit.of("FloatIslands.enough", 0.003)
  /// 12 dB: with more noise, operators within the model are looked at too. Keyword models have up to
  /// 0.05: float layers at their ends would take 6 dB off, but no microcontroller wants them. A BERT
  /// encoder has 1, log-mel front ends 0.8, rows that a mask leaves empty 0.1.
  private static let much = SearchLimit.of("FloatIslands.much", 0.06)
  /// Samples that groups are looked at with.
  private static let samples = SearchLimit.of("FloatIslands.samples", 8)
  private static let leastSamples = 2
  private static let rounds = 4
  /// Multiplications that groups are looked at with, below effort 3.
  private static let budget = SearchLimit.of("FloatIslands.budget", 1e12)

  /// Returns the state with the operators float of which that is worth it.
  func best(_ state: IntegerState) throws -> IntegerState {
    var state = state
    var floats: Places = [:]
    var noise = try noise(of: state)
    let floor = try search.model(state.withoutCorrection, job).columnNoise([:], on: search.check)
    for tail in tails(of: state.graph) where noise - floor > Self.enough {
      let wider = floats.merging(tail) { old, _ in old }
      let trial = try make(wider)
      let found = try self.noise(of: trial)
      guard Self.least * (found - floor) < noise - floor else { continue }
      (state, floats, noise) = (trial, wider, found)
    }
    guard noise - floor > Self.much else { return state }
    let bound = (noise - floor) / Self.least
    var trial = state
    // What one round finds can hide what the next one shows: noise adds up only where it is little.
    for _ in 0..<Self.rounds where noise - floor > Self.enough {
      let wider = floats.merging(try islands(in: trial)) { old, _ in old }
      guard wider.count > floats.count else { break }
      (trial, floats) = (try make(wider), wider)
      noise = try self.noise(of: trial)
    }
    guard noise - floor < bound else { return state }
    let whole = try make(floats.merging(shores(of: trial.graph)) { old, _ in old })
    return try self.noise(of: whole) <= noise ? whole : trial
  }

  /// Operators without weights that are joined to floats by none with weights: there and back costs more
  /// than their integers save. A BERT encoder takes 8 ms without this, 4 ms with it, as in dynamic range.
  private func shores(of graph: IntegerGraph) -> Places {
    var found: Places = [:]
    for (subgraph, list) in graph.operators.enumerated() {
      let tensors = graph.graphs[subgraph]
      func isFloat(_ index: Int?) -> Bool {
        guard let index else { return false }
        let place = OperatorPlace(subgraph: subgraph, index: index)
        if case .float(.losesOutputs) = graph.verdicts[subgraph][index] { return true }
        return found[place] != nil
      }
      var grows = true
      while grows {
        grows = false
        for entry in list
        where graph.isInteger(entry.place) && !entry.hasWeights && found[entry.place] == nil {
          let makers = entry.activations.map { tensors.producer[$0.id.index] }
          let readers = entry.outputs.flatMap { tensors.uses[$0.id.index].map(\.operation) }
          guard makers.contains(where: isFloat) || readers.contains(where: isFloat) else {
            continue
          }
          found[entry.place] = .losesOutputs
          grows = true
        }
      }
    }
    return found
  }

  private func noise(of state: IntegerState) throws -> Double {
    try search.model(state, job).columnNoise(state.parameters.byTensor, on: search.check)
  }

  // MARK: Ends

  /// Operators without weights at the end: those that only move values, if parts meet there, and all.
  private func tails(of graph: IntegerGraph) -> [Places] {
    let (movers, all) = (tail(of: graph, movesOnly: true), tail(of: graph, movesOnly: false))
    let joins = movers.keys.contains { graph[$0].activations.count > 1 }
    return (joins ? [movers] : []) + (all.isEmpty || joins && all == movers ? [] : [all])
  }

  private func tail(of graph: IntegerGraph, movesOnly: Bool) -> Places {
    var found: Places = [:]
    for (subgraph, list) in graph.operators.enumerated() {
      let uses = graph.graphs[subgraph].uses
      for entry in list.reversed() {
        guard graph.isInteger(entry.place), !entry.hasWeights, entry.spec?.product == nil,
          !movesOnly || entry.spec?.valueUse.isMove == true,
          entry.outputs.allSatisfy({ output in
            uses[output.id.index].allSatisfy {
              let reader = OperatorPlace(subgraph: subgraph, index: $0.operation)
              return found[reader] != nil || !graph.isInteger(reader)
            }
          })
        else { continue }
        found[entry.place] = .losesOutputs
      }
    }
    return found
  }

  // MARK: Within

  /// The operators that make and read the groups of tensors whose rounding alone adds most to the
  /// noise, until what the others add is little.
  private func islands(in state: IntegerState) throws -> Places {
    let groups = state.graph.groups.indices
    let runs = Budget(multiplications: effort < 3 ? Self.budget : .infinity).count(of: search.cost)
    let affordable = min(Int(Self.samples), runs / max(1, groups.count))
    guard affordable >= Self.leastSamples else { return [:] }
    let few = search.fit.limited(to: affordable)
    // Corrected biases make up for what rounding shifts: without it they are wrong.
    let rounded = try search.model(state.withoutCorrection, job)
    let encodings = state.parameters.encodings
    let floor = try rounded.columnNoise([:], on: few)
    let added = try groups.map { group in
      let members = state.graph.groups[group].members.map { ($0, encodings[group]) }
      return try rounded.columnNoise(Dictionary(uniqueKeysWithValues: members), on: few) - floor
    }
    var left = added.reduce(0, +)
    let goal = max(Self.enough, left / (2 * Self.least))
    var found: Places = [:]
    for group in groups.sorted(by: { (added[$0], $1) > (added[$1], $0) }) where left > goal {
      left -= added[group]
      for place in state.graph.places(of: group) { found[place] = .losesOutputs }
    }
    return found
  }
}

extension ValueUse {
  /// The operator copies elements.
  fileprivate var isMove: Bool { if case .sameAsOutput = self { true } else { false } }
}

extension IntegerGraph {
  /// The integer operators that make or read a member of the group.
  fileprivate func places(of group: Int) -> [OperatorPlace] {
    groups[group].members.flatMap { id -> [OperatorPlace] in
      let graph = graphs[id.subgraph]
      let all = graph.uses[id.index].map(\.operation) + [graph.producer[id.index]].compactMap { $0 }
      return all.map { OperatorPlace(subgraph: id.subgraph, index: $0) }.filter(isInteger)
    }
  }
}
