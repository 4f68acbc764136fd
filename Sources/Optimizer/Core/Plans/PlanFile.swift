import JSON
import Platform
import TFLite

/// A plan in a JSON file, by names and places.
///
/// A person may write one. An entry of `operators` names an index, a kind, or a pattern with `*`
/// and `?` for the first output. It holds for all operators that match; if two entries match one
/// operator, the later counts. An operator that is named by its index must get the form, or the
/// step fails. Operators that match a kind or a pattern get it if they can. `plan(for:)` checks
/// whether a model has what the entries name.
package struct PlanFile: Equatable, Sendable {
  package struct Option: Equatable, Sendable {
    let key: String
    let value: String
  }

  struct OperatorEntry: Equatable, Sendable {
    var subgraph: Int?
    var index: Int?
    var kind: String?
    var output: String?
    var form = OperatorForm.float
  }

  struct TensorEntry: Equatable, Sendable {
    enum Encoding: Equatable, Sendable {
      case activation(Affine)
      case weight(Plan.Weight)
    }

    var subgraph = 0
    var index: Int?
    var name: String?
    var encoding: Encoding
  }

  package let path: String
  /// The options of the step that the plan is for.
  private var stepOptions: [Option] = []
  private(set) var operators: [OperatorEntry] = []
  private(set) var tensors: [TensorEntry] = []
  private(set) var searches: [IntegerMode: Plan.Searches] = [:]
  /// What the step's options say of operators; it counts before the entries.
  private var rules: [FormRule] = []

  package static let version = 1

  /// Makes a plan with operators in these forms, of any model.
  init(path: String, forms: [OperatorForm]) {
    self.path = path
    operators = forms.map { OperatorEntry(index: 0, form: $0) }
  }

  /// Makes a plan of rules alone, or adds them to a file's.
  init(_ rules: [FormRule], in file: PlanFile?) {
    self = file ?? PlanFile(path: "", forms: [])
    self.rules = rules
  }

  /// Throws `StepFault` with the place in the file.
  package init(_ path: String) throws(StepFault) {
    self.path = path
    do {
      let file = try MappedFile(path: path)
      try read(PlanReader(try JSONParser.value(of: file.bytes), at: ""))
    } catch let fault as JSONFault {
      throw StepFault("plan '\(path)' \(fault.text)")
    } catch let fault as SystemError {
      throw StepFault("plan '\(path)' \(fault.action.failureText): \(fault.reason)")
    } catch let fault as StepFault {
      throw StepFault("plan '\(path)': \(fault.message)", help: fault.help)
    } catch {
      throw StepFault("plan '\(path)': \(error)")
    }
  }

  /// The options of the step that the plan is for.
  var options: GivenOptions.Pairs { stepOptions.map { ($0.key, $0.value) } }

  /// The integer modes of operators in the plan, besides the step's own.
  var integerModes: Set<IntegerMode> {
    Set(operators.compactMap { IntegerMode(rawValue: $0.form.rawValue) })
      .union(rules.compactMap(\.integerMode))
  }

  // MARK: Reading

  private mutating func read(_ file: PlanReader) throws(StepFault) {
    try file.check(keys: ["version", "step", "searches", "operators", "tensors"])
    guard try file.integer("version") == Self.version else {
      throw StepFault("'version' is not \(Self.version)")
    }
    if let step = try file.object("step") {
      stepOptions = try OptionsJSON.pairs(of: step.pairs).map { Option(key: $0, value: $1) }
    }
    for (name, _) in try file.object("searches")?.pairs ?? [] {
      guard let mode = IntegerMode(rawValue: name) else {
        throw StepFault("searches: unknown mode '\(name)'", help: "modes: int8, int16x8")
      }
      searches[mode] = try file.object("searches")?.object(name).map(Self.searches)
    }
    operators = try file.entries("operators", Self.operation)
    tensors = try file.entries("tensors", Self.tensor)
  }

  private static func searches(_ entry: PlanReader) throws(StepFault) -> Plan.Searches {
    try entry.check(keys: ["equalize", "roundTogether", "compensate", "biases", "rate"])
    var searches = Plan.Searches()
    searches.equalizes = try entry.flag("equalize") ?? false
    searches.roundsTogether = try entry.flag("roundTogether") ?? false
    searches.compensates = try entry.flag("compensate") ?? false
    searches.biases = try entry.words("biases", as: Plan.BiasForm.self)
    if let rate = try entry.object("rate") {
      try rate.check(keys: ["noise", "position"])
      if let noise = try rate.number("noise"), let position = try rate.integer("position") {
        searches.rate = Plan.Rate(noise: noise, position: position)
      }
    }
    return searches
  }

  private static func operation(_ entry: PlanReader) throws(StepFault) -> OperatorEntry {
    try entry.check(keys: ["subgraph", "index", "kind", "output", "encoding", "reason"])
    let found = OperatorEntry(
      subgraph: try entry.integer("subgraph"), index: try entry.integer("index"),
      kind: try entry.string("kind"), output: try entry.string("output"),
      form: try entry.word("encoding", as: OperatorForm.self))
    guard found.index != nil || found.kind != nil || found.output != nil else {
      throw entry.fault("names no operator", help: "say 'output', 'kind' or 'index'")
    }
    return found
  }

  private static func tensor(_ entry: PlanReader) throws(StepFault) -> TensorEntry {
    try entry.check(keys: [
      "subgraph", "index", "name", "encoding", "scale", "zeroPoint", "granularity", "block",
      "greatest",
    ])
    let name = try entry.string("name")
    let index = try entry.integer("index")
    guard name != nil || index != nil else {
      throw entry.fault("names no tensor", help: "say 'name' or 'index'")
    }
    return TensorEntry(
      subgraph: try entry.integer("subgraph") ?? 0, index: index, name: name,
      encoding: try encoding(entry))
  }

  private static func encoding(_ entry: PlanReader) throws(StepFault) -> TensorEntry.Encoding {
    let types: [TensorType] = [.int8, .int16, .int4, .int2]
    let word = try entry.string("encoding") ?? ""
    guard let type = types.first(where: { $0.description == word }) else {
      throw entry.fault(
        "'\(word)' is not an encoding of tensors", help: "encodings: int8, int16, int4, int2")
    }
    if let scale = try entry.number("scale") {
      let zeroPoint = try entry.integer("zeroPoint") ?? 0
      let encoding = Affine(
        type: type, scale: Float(scale), zeroPoint: Int32(clamping: zeroPoint))
      guard encoding.scale.isNormal, encoding.scale > 0,
        encoding.levels.contains(Int32(clamping: zeroPoint))
      else {
        throw entry.fault("scale \(scale) with zero point \(zeroPoint) is not possible in \(type)")
      }
      return .activation(encoding)
    }
    return .weight(try weight(entry, type))
  }

  private static func weight(
    _ entry: PlanReader, _ type: TensorType
  ) throws(StepFault) -> Plan.Weight {
    let block = try entry.integer("block")
    let granularity = try entry.string("granularity") ?? (block == nil ? "channel" : "block")
    guard let bits = WeightBits.allCases.first(where: { $0.type == type }),
      ["channel", "tensor", "block"].contains(granularity)
    else {
      throw entry.fault(
        "needs a scale, or int8, int4 or int2 with a granularity of weights",
        help: "granularities: channel, tensor, block")
    }
    let sizes = WeightRequest.blocks
    guard (granularity == "block") == (block != nil), block.map(sizes.contains) ?? true,
      block == nil || bits != .eight
    else {
      throw entry.fault(
        "blocks are of int4 or int2 and have a size",
        help: "sizes of 'block': \(sizes.map(String.init).joined(separator: ", "))")
    }
    let weight = Plan.Weight(
      type, isPerTensor: granularity == "tensor", greatest: try entry.integer("greatest"),
      block: block)
    guard let weight else {
      throw entry.fault("'greatest' is not from 1 to \(bits.greatest)")
    }
    return weight
  }

  // MARK: Meaning

  /// Returns the plan for the input model. Throws `StepFault` if the plan names something that the
  /// model does not have.
  func plan(for model: Model) throws(StepFault) -> Plan {
    var plan = Plan()
    plan.searches = searches
    for (position, entry) in operators.enumerated() {
      let outputs = entry.outputs(in: model)
      guard !outputs.isEmpty else {
        throw StepFault(
          "plan '\(path)': operators[\(position)]: the model has no such operator (\(entry.text))",
          help: "'optimize inspect MODEL --operators' lists them")
      }
      for output in outputs {
        plan.operators[output] = .init(
          form: entry.form, reason: nil, isRequired: entry.index != nil)
      }
    }
    for (position, entry) in tensors.enumerated() {
      guard let id = entry.tensor(in: model) else {
        throw StepFault(
          "plan '\(path)': tensors[\(position)]: the model has no such tensor (\(entry.text))",
          help: "'optimize inspect MODEL --tensors' lists them")
      }
      switch entry.encoding {
      case .weight(let weight): plan.weights[id] = weight
      case .activation(let encoding):
        let mode: IntegerMode = encoding.type == .int8 ? .int8 : .int16x8
        plan.activations[.init(id: id, mode: mode)] = encoding
      }
    }
    // A form says int8 weights; rules for weights say otherwise.
    for rule in rules where !rule.isOfWeights { try plan.add(rule, of: model) }
    for rule in rules where rule.isOfWeights { try plan.add(rule, of: model) }
    return plan
  }
}

extension PlanFile.OperatorEntry {
  fileprivate var text: String {
    [
      subgraph.map { "subgraph \($0)" }, index.map { "index \($0)" }, kind,
      output.map { "output '\($0)'" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// Returns the first outputs of the operators that match.
  fileprivate func outputs(in model: Model) -> [TensorID] {
    let pattern = output.map(Selection.Rule.named)
    return model.subgraphs.enumerated().flatMap { s, part -> [TensorID] in
      guard subgraph == nil || subgraph == s else { return [] }
      return places(in: part.operators.indices, index).compactMap { place in
        let entry = part.operators[place]
        guard kind == nil || kind == model.name(of: entry),
          let key = entry.planKey(in: s), pattern?.matches(model[key].label) ?? true
        else { return nil }
        return key
      }
    }
  }
}

extension PlanFile.TensorEntry {
  fileprivate var text: String {
    (["subgraph \(subgraph)"]
      + [index.map { "index \($0)" }, name.map { "'\($0)'" }]
      .compactMap { $0 }).joined(separator: ", ")
  }

  fileprivate func tensor(in model: Model) -> TensorID? {
    guard model.subgraphs.indices.contains(subgraph) else { return nil }
    let tensors = model.subgraphs[subgraph].tensors
    let fits = places(in: tensors.indices, index).first { place in
      name == nil || name == tensors[place].label
    }
    return fits.map { TensorID(subgraph, $0) }
  }
}

/// Returns the places where an entry may match: only its index, if it has one.
private func places(in all: Range<Int>, _ index: Int?) -> Range<Int> {
  guard let index else { return all }
  return all.contains(index) ? index..<index + 1 : 0..<0
}
