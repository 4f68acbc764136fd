import OpSet

/// What a run of a subgraph left in its values, so that gradients can go back through it after
/// later runs have overwritten them.
package final class RecordedRun {
  private let program: Program
  /// The runs that an operator of the subgraph made, in order, by the operator's position.
  package private(set) var calls: [Int: [RecordedRun]] = [:]
  /// What states held before the run, by tensor. States are variables of operators' own.
  package let states: [Int: [Float]]
  /// The operator that runs.
  fileprivate var position = 0
  private var snapshot: Snapshot?
  /// The results of operators whose shapes the run decides.
  private var results: [(value: Value, shape: [Int], bytes: [UInt8])] = []

  fileprivate init(_ program: Program) {
    self.program = program
    var states: [Int: [Float]] = [:]
    for value in program.values where value.tensor.isVariable && value.type == .float32 {
      states[value.id.index] = Array(UnsafeBufferPointer(start: value.floats, count: value.count))
    }
    self.states = states
  }

  /// Bytes that the run and those of its operators take.
  package var keptBytes: Int {
    (snapshot?.byteCount ?? 0) + results.reduce(0) { $0 + $1.bytes.count }
      + calls.values.joined().reduce(0) { $0 + $1.keptBytes }
  }

  package var subgraph: Int { program.index }
  package var inputs: [Value] { program.inputs }
  package var outputs: [Value] { program.outputs }

  fileprivate func add(_ call: RecordedRun) { calls[position, default: []].append(call) }

  fileprivate func keep() {
    snapshot = Snapshot(program.kept, shapes: program.inputs.map(\.shape))
    results = program.nodes.filter { $0.mode == .dynamic }.flatMap { node in
      node.outputs.compactMap { $0 }.filter { $0.type != .string }.map {
        ($0, $0.shape, Array($0.bytes))
      }
    }
  }

  /// Gives the subgraph's values their content at the end of the run. The subgraph must be a called
  /// one, since the main subgraph's values stand until its next run.
  package func restore() throws {
    guard let snapshot else { return }
    try program.prepare(snapshot.shapes)
    snapshot.restore(program.values)
    for (value, shape, bytes) in results {
      value.setShape(shape)
      bytes.withUnsafeBytes { value.replace($0) }
    }
  }
}

/// Follows the runs of subgraphs while a model runs.
final class RunRecorder {
  private var open: [RecordedRun] = []
  /// The last run that no operator made.
  private(set) var last: RecordedRun?

  func begin(_ program: Program) { open.append(RecordedRun(program)) }

  func visit(_ position: Int) { open.last?.position = position }

  /// Keeps a run that an operator made if its results have gradients.
  func end(_ program: Program) {
    guard let run = open.popLast() else { return }
    guard let caller = open.last else {
      last = run
      return
    }
    guard program.outputs.contains(where: { $0.type == .float32 }) else { return }
    run.keep()
    caller.add(run)
  }
}

extension Interpreter {
  /// The last run of the main subgraph; nil if this interpreter keeps none.
  package var recordedRun: RecordedRun? { recorder?.last }

  /// Whether runs of called subgraphs can be restored for gradients.
  package var recordsRuns: Bool { recorder != nil }

  /// Returns the operators of the main subgraph or of one that it calls.
  package func nodes(of subgraph: Int) -> [Node] { programs[subgraph]?.nodes ?? [] }

  package func inputs(of subgraph: Int) -> [Value] { programs[subgraph]?.inputs ?? [] }

  package func outputs(of subgraph: Int) -> [Value] { programs[subgraph]?.outputs ?? [] }
}
