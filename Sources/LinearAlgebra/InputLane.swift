import Interpreter
import OpSet
import TFLite

/// A part of a run, and the weights whose inputs are collected in it.
struct InputPart {
  var weights: Set<TensorID> = []
  /// The operator after which the part ends; nil for the last part.
  var end: TensorID?
  /// The operator of the main subgraph after which the part starts, from the snapshot there; nil if
  /// it starts at the beginning.
  var start: Int?
  /// Whether another part starts where this one ends.
  var isContinued = false
  /// Samples whose rows are kept at once.
  var batch = GramCollector.batch
}

/// An interpreter that collects rows of inputs.
final class InputLane: Lane, @unchecked Sendable {
  private let interpreter: Interpreter
  private let model: Model
  private let positions: Int
  private var part = InputPart()
  private var rows: [TensorID: InputRows] = [:]
  private var seed = 0

  private struct Enough: Error {}

  init(_ file: ModelFile, _ options: Interpreter.Options, positions: Int) throws {
    interpreter = try Interpreter(file, options: options)
    model = file.model
    self.positions = positions
  }

  var interpreters: [Interpreter] { [interpreter] }

  /// Runs a part, from `snapshot` or from the beginning. Returns the rows of its weights.
  func run(
    _ part: InputPart, of sample: () throws -> [DenseArray], seed: Int, from snapshot: Snapshot?
  ) throws -> [TensorID: InputRows] {
    (self.part, self.seed, rows) = (part, seed, [:])
    defer { rows = [:] }
    var first = 0
    if let snapshot, let start = part.start {
      try interpreter.restore(snapshot)
      first = start + 1
    } else {
      let sample = try sample()
      interpreter.resetState()
      try interpreter.set(sample)
    }
    do {
      let count = interpreter.mainNodes.count
      try interpreter.run(first..<(end.map { $0 + 1 } ?? count), observing: observe)
    } catch is Enough {}
    return rows
  }

  /// The operator of the main subgraph after which the part ends.
  private var end: Int? {
    part.end.flatMap { $0.subgraph == interpreter.mainSubgraph ? $0.index : nil }
  }

  /// Returns the state at the end of the last part, if another part continues from there. Nil if
  /// the model does not allow that, or if it takes more bytes than `most`.
  func snapshot(most: Int) -> Snapshot? {
    guard part.isContinued, interpreter.isResumable, let end else { return nil }
    return interpreter.snapshot(after: end, most: most)
  }

  private func observe(_ observation: Interpreter.Observation) throws {
    try gather(observation)
    if part.end == TensorID(observation.subgraph, observation.operatorIndex) { throw Enough() }
  }

  private func gather(_ observation: Interpreter.Observation) throws {
    guard observation.inputs.count > 1, let weight = observation.inputs[1]?.id,
      part.weights.contains(weight), let output = observation.outputs.first
    else { return }
    let entry = model.subgraphs[observation.subgraph].operators[observation.operatorIndex]
    guard
      let product = try ProductInputRows(
        observation.kind, options: entry.builtinOptions, inputs: observation.inputs,
        output: output), product.count > 0
    else { return }
    let known = rows[weight] ?? InputRows(groups: product.groups, depth: product.depth)
    rows[weight] = known
    // A loop runs an operator many times; its first iterations represent the others.
    guard known.groups == product.groups, known.depth == product.depth,
      known.count < 2 * positions
    else { return }
    known.add(product, most: positions, seed: seed)
  }
}
