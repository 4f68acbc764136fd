import Evaluation
import OpSet
import TFLite

/// Which operators compute with integers, which tensors become integers, and which of these share
/// parameters. Pure: it depends only on the model and on which tensors the samples reached.
struct IntegerGraph {
  enum Verdict: Equatable {
    case integer
    /// Why it computes with floats.
    case float(Reason)
    /// The operator has no float operands.
    case untouched
  }

  /// Tensors with the same scale and zero point.
  struct Group {
    var members: [TensorID] = []
    /// Constants that are stored with the group's parameters.
    var constants: [TensorID] = []
    var needsZeroPointZero = false
    /// Whether an operator requires that a member is never negative.
    var isNonNegative = false
    /// Encodings that producers require.
    var fixed: Set<Affine> = []
  }

  let mode: IntegerMode
  let operators: [[IntegerOperator]]
  private(set) var verdicts: [[Verdict]]
  private(set) var groups: [Group] = []
  private(set) var groupOf: [TensorID: Int] = [:]
  let graphs: [Graph]
  /// Tensors with what comes into the model.
  let outside: Set<TensorID>
  private let loops: Loops
  /// The former encodings of the model's inputs and outputs.
  private let kept: [TensorID: Affine]
  private let plan: GivenPlan?

  init(
    _ model: Model, mode: IntegerMode, floatLoops: Bool, floats: [OperatorPlace: Reason] = [:],
    plan: GivenPlan? = nil, job: Job, values: ConstantValues, statistics: CalibrationStatistics
  ) throws {
    self.mode = mode
    self.plan = plan
    kept = job.findings[LiftedModel.self]?.kept ?? [:]
    let graphs = model.subgraphs.indices.map { Graph(model, subgraph: $0) }
    self.graphs = graphs
    outside = model.outsideTensors
    operators = model.subgraphs.enumerated().map { s, subgraph in
      subgraph.operators.enumerated().map { o, entry in
        IntegerOperator(entry, at: OperatorPlace(subgraph: s, index: o), in: model, graphs[s])
      }
    }
    let judge = OperatorJudge(
      model: model, mode: mode, plan: plan, job: job, values: values,
      statistics: statistics)
    loops = Loops(model)
    verdicts = []
    for list in operators { verdicts.append(try list.map { try judge.verdict(on: $0) }) }
    for (place, reason) in loops.floats(operators, graphs, model, mode, all: floatLoops)
    where isInteger(place) && !(reason == .isInLoop && isRequired(self[place])) {
      verdicts[place.subgraph][place.index] = .float(reason)
    }
    for (place, reason) in floats where isInteger(place) {
      verdicts[place.subgraph][place.index] = .float(reason)
    }
    repeat { join() } while demote(statistics)
    for (index, list) in operators.enumerated() {
      for entry in list where verdicts[index][entry.place.index] == .integer {
        addConstants(of: entry)
      }
    }
  }

  func isInteger(_ place: OperatorPlace) -> Bool {
    verdicts[place.subgraph][place.index] == .integer
  }

  subscript(place: OperatorPlace) -> IntegerOperator { operators[place.subgraph][place.index] }

  /// Whether the plan requires that the operator computes with integers.
  private func isRequired(_ entry: IntegerOperator) -> Bool {
    plan?.requires(OperatorForm(mode), of: entry.planKey) ?? false
  }

  // MARK: Groups

  /// Joins tensors that must share their parameters because of integer operators.
  private mutating func join() {
    groups = []
    groupOf = [:]
    for (subgraph, list) in operators.enumerated() {
      var sets = TensorGroups(count: graphs[subgraph].uses.count)
      var used: Set<Int> = []
      let integers = list.filter { isInteger($0.place) }
      for entry in integers {
        let tensors = entry.activations + entry.outputs
        used.formUnion(tensors.map(\.id.index))
        let shared = tensors.filter(\.sharesScale)
        for other in shared.dropFirst() { sets.join(shared[0].id.index, other.id.index) }
      }
      // An iteration of a loop reads the results of the previous one.
      for (input, output) in loops.carried
      where input.subgraph == subgraph && used.contains(input.index) && used.contains(output.index)
      {
        sets.join(input.index, output.index)
      }
      var numbers: [Int: Int] = [:]
      for tensor in used.sorted() {
        let root = sets.find(tensor)
        if numbers[root] == nil {
          numbers[root] = groups.count
          groups.append(Group())
        }
        let number = numbers[root] ?? 0
        groups[number].members.append(TensorID(subgraph, tensor))
        groupOf[TensorID(subgraph, tensor)] = number
      }
      for entry in integers { addDemands(of: entry) }
    }
    for (id, encoding) in kept {
      guard let group = groupOf[id], let same = encoding.moved(to: mode.activationType) else {
        continue
      }
      groups[group].fixed.insert(same)
    }
  }

  private mutating func addDemands(of entry: IntegerOperator) {
    let tensors = entry.activations + entry.outputs
    switch entry.spec?.integerLimit {
    case .zeroPointZero:
      for tensor in tensors {
        if let group = groupOf[tensor.id] { groups[group].needsZeroPointZero = true }
      }
    case .nonNegativeInput:
      for tensor in entry.activations {
        if let group = groupOf[tensor.id] { groups[group].isNonNegative = true }
      }
    case .staysFloat, .longRowsStayFloat, nil: break
    }
    guard let fixed = entry.fixedOutput(mode) else { return }
    for output in entry.outputs {
      if let group = groupOf[output.id] { groups[group].fixed.insert(fixed) }
    }
  }

  private mutating func addConstants(of entry: IntegerOperator) {
    let shared = (entry.outputs + entry.activations).first(where: \.sharesScale)
    guard let group = shared.flatMap({ groupOf[$0.id] }) else { return }
    let constants = entry.inputs.filter { $0.isConstant && $0.sharesScale }.map(\.id)
    groups[group].constants += constants
  }

  // MARK: Second thoughts

  /// Makes operators float that gain nothing from integers or cannot have the parameters that they
  /// need. Returns whether there were any.
  private mutating func demote(_ statistics: CalibrationStatistics) -> Bool {
    var found: [(OperatorPlace, Reason)] = []
    for list in operators {
      for entry in list where isInteger(entry.place) {
        if let reason = objection(to: entry, statistics) { found.append((entry.place, reason)) }
      }
    }
    for (place, reason) in found { verdicts[place.subgraph][place.index] = .float(reason) }
    return !found.isEmpty
  }

  private func objection(
    to entry: IntegerOperator, _ statistics: CalibrationStatistics
  ) -> Reason? {
    if entry.spec?.integerLimit == .nonNegativeInput {
      let isForced = entry.activations.contains { operand in
        groupOf[operand.id].map { groups[$0].needsZeroPointZero } ?? false
      }
      if isForced { return .needsNonNegativeZeroPoint }
      if mode == .int16x8 { return .hasNoNonNegativeInt16 }
      let members = entry.activations.flatMap { operand in
        groupOf[operand.id].map { groups[$0].members } ?? []
      }
      if members.contains(where: { statistics.tensors[$0]?.least ?? 0 < 0 }) {
        return .hasNegativeInput
      }
    }
    return isAlone(entry) && !isRequired(entry) ? .standsAlone : nil
  }

  /// Whether an operator without weights has only float neighbours.
  private func isAlone(_ entry: IntegerOperator) -> Bool {
    guard !entry.hasWeights else { return false }
    let graph = graphs[entry.place.subgraph]
    let before = entry.activations.map(\.id.index)
    let after = entry.outputs.map(\.id.index)
    guard !before.contains(where: { graph.isInput[$0] }),
      !after.contains(where: { graph.isOutput[$0] })
    else { return false }
    let neighbours =
      before.compactMap { graph.producer[$0] }
      + after.flatMap { graph.uses[$0].map(\.operation) }
    return !neighbours.isEmpty
      && !neighbours.contains {
        isInteger(OperatorPlace(subgraph: entry.place.subgraph, index: $0))
      }
  }
}
