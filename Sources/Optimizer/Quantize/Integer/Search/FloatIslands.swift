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
  /// 33 dB: outputs with less noise stay integer, which more hardware runs. The exports of a conformer and
  /// of a decoder have 30 dB with integers and 39 in dynamic range, in a third of the time.
  private static let fine = SearchLimit.of("FloatIslands.fine", 0.0005)
  /// How many times as long as dynamic range integers may take. They take 1.7 times (LiteRT: 3) in the
  /// conformer, 2.8 (2.8) in a small image classifier, 1.04 in the decoder.
  private static let slow = SearchLimit.of("FloatIslands.slow", 1.1)
  /// The share of the bytes that dynamic range takes where a table of two readers is stored twice: 0.72 in
  /// the decoder, 0.78 in an unrolled recurrent network. Else it is 0.98 to 1.02.
  private static let large = SearchLimit.of("FloatIslands.large", 0.95)
  /// Multiplications that groups are looked at with, below effort 3.
  private static let budget = SearchLimit.of("FloatIslands.budget", 1e12)

  /// Returns the state with the operators float of which that is worth it.
  func best(_ state: IntegerState) throws -> IntegerState {
    let stage = ProgressStage("looking for float operators")
    defer { stage.end() }
    var state = try withoutIntegers(state)
    var floats = state.islands
    var noise = try noise(of: state)
    let floor = try search.model(state.withoutCorrection, job).columnNoise([:], on: search.check)
    for tail in tails(of: state.graph) where noise - floor > Self.enough {
      let wider = floats.merging(tail) { old, _ in old }
      ProgressStage.tried()
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
    let forms = FastestForms(trial.model, trial.graph)
    let whole = try make(floats.merging(forms.cheapest) { old, _ in old })
    return try self.noise(of: whole) <= noise ? whole : trial
  }

  /// Returns the state with every operator float, which is dynamic range, where that beats integers in
  /// all: outputs gain as much as islands must, their columns lose nothing, and it takes less time and
  /// hardly more bytes, or less bytes and no more time.
  private func withoutIntegers(_ state: IntegerState) throws -> IntegerState {
    let forms = FastestForms(state.model, state.graph)
    let gain = forms.gain(of: forms.all)
    guard gain >= 1, state.graph.hasWeights else { return state }
    let noise = try noise(of: state)
    guard noise > Self.fine else { return state }
    let trial = try make(state.islands.merging(forms.all) { old, _ in old })
    let bytes = try trial.storedBytes() / state.storedBytes()
    guard gain > Self.slow && bytes < 1 / Self.large || bytes < Self.large,
      try self.noise(of: trial) <= noise
    else { return state }
    var judge = search.judge(state, job)
    try judge.offer(trial, margin: Self.least)
    return judge.incumbent
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
  fileprivate var hasWeights: Bool {
    operators.joined().contains { isInteger($0.place) && $0.hasWeights }
  }

  /// The integer operators that make or read a member of the group.
  fileprivate func places(of group: Int) -> [OperatorPlace] {
    groups[group].members.flatMap { id -> [OperatorPlace] in
      let graph = graphs[id.subgraph]
      let all = graph.uses[id.index].map(\.operation) + [graph.producer[id.index]].compactMap { $0 }
      return all.map { OperatorPlace(subgraph: id.subgraph, index: $0) }.filter(isInteger)
    }
  }
}
