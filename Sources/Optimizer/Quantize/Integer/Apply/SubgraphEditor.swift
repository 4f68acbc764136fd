import OpSet
import TFLite

/// Rewrites the operators of one subgraph for integer operands.
struct SubgraphEditor {
  /// A form in which a tensor is stored.
  private enum Form: Hashable {
    case float
    case integers(Affine)
  }

  private let subgraph: Int
  private let parameters: IntegerParameters
  private let io: IOEncodings
  /// For each float tensor of the model, the tensors that hold its forms so far.
  private var tensors: [Int: [Form: Int]] = [:]
  /// The form in which an operator makes the tensor.
  private var made: [Int: Form] = [:]
  private var entries: [Operator] = []
  private var before: [Int: [Operator]] = [:]
  private var inputs: [Int32]
  private var outputs: [Int32]
  /// The tensors that were added, each with the tensor of which it is a form.
  private(set) var copies: [TensorID: TensorID] = [:]

  private var graph: IntegerGraph { parameters.graph }

  init(_ subgraph: Int, parameters: IntegerParameters, io: IOEncodings, in model: Model) {
    self.subgraph = subgraph
    self.parameters = parameters
    self.io = io
    inputs = model.subgraphs[subgraph].inputs ?? []
    outputs = model.subgraphs[subgraph].outputs ?? []
    entries = model.subgraphs[subgraph].operators
  }

  /// Adds an operator and gives its operands the forms that it reads and writes. `constant` returns
  /// the integer form of a constant.
  mutating func add(
    _ entry: IntegerOperator, _ model: inout Model,
    constant: (IntegerOperator.Operand, inout Model) throws -> TensorID?
  ) rethrows {
    let index = entry.place.index
    let isInteger = graph.isInteger(entry.place)
    for input in entry.inputs where input.role != .state {
      if input.isConstant {
        guard isInteger, let id = try constant(input, &model) else { continue }
        entries[index].inputs?[input.position] = Int32(id.index)
      } else if let encoding = isInteger ? parameters.encoding(of: input.id) : nil {
        let tensor = tensor(input.id.index, .integers(encoding), before: index, &model)
        entries[index].inputs?[input.position] = Int32(tensor)
      } else {
        let tensor = tensor(input.id.index, .float, before: index, &model)
        entries[index].inputs?[input.position] = Int32(tensor)
      }
    }
    guard isInteger else { return }
    for output in entry.outputs {
      guard let encoding = parameters.encoding(ofOutput: output.id, of: entry) else { continue }
      let tensor = make(output.id.index, encoding, &model)
      entries[index].outputs?[output.position] = Int32(tensor)
    }
  }

  mutating func setInput(_ position: Int, to id: TensorID, at index: Int) {
    var list = entries[index].inputs ?? []
    while list.count <= position { list.append(-1) }
    list[position] = Int32(id.index)
    entries[index].inputs = list
  }

  mutating func setIntermediates(_ tensors: [Int32], at index: Int) {
    entries[index].intermediates = tensors
  }

  mutating func setOption(_ key: OptionKey<TensorType>, to value: TensorType, at index: Int) {
    entries[index].builtinOptions?[key] = value
  }

  mutating func clearOption(_ key: OptionKey<Bool>, at index: Int) {
    if entries[index].builtinOptions?[key] == true { entries[index].builtinOptions?[key] = false }
  }

  /// Writes the subgraph.
  mutating func finish(_ model: inout Model) {
    let end = entries.count
    for output in outputs where output >= 0 && made[Int(output)] != nil {
      let place = Int(output)
      let form: Form =
        io.outputs[TensorID(subgraph, place)].map { .integers($0) } ?? .float
      if made[place] != form { _ = tensor(place, form, before: end, &model) }
    }
    let (entries, before) = (entries, before)
    model.rewriteOperators(of: subgraph) { index, _ in
      (before[index] ?? []).map { .insert($0) } + [.keep(entries[index])]
    }
    model.subgraphs[subgraph].operators += before[end] ?? []
  }

  // MARK: Forms

  /// Returns the form of an output or input of the model: float unless the user asks for another.
  private func form(ofOutput place: Int) -> Form? {
    guard outputs.contains(Int32(place)) || graph.graphs[subgraph].isOutput[place] else {
      return nil
    }
    return io.outputs[TensorID(subgraph, place)].map { .integers($0) } ?? .float
  }

  /// Returns the tensor that an integer operator writes. The model's own tensor takes the form that
  /// readers outside the subgraph expect.
  private mutating func make(_ place: Int, _ encoding: Affine, _ model: inout Model) -> Int {
    let form = Form.integers(encoding)
    made[place] = form
    if let wanted = self.form(ofOutput: place), wanted != form {
      let copy = append(place, form, &model)
      tensors[place] = [form: copy]
      return copy
    }
    set(place, form, &model)
    tensors[place] = [form: place]
    return place
  }

  /// Returns the tensor with a form. If there is none yet, adds the conversion before operator
  /// `index`.
  private mutating func tensor(
    _ place: Int, _ form: Form, before index: Int, _ model: inout Model
  ) -> Int {
    if made[place] == nil {
      let given = io.inputs[TensorID(subgraph, place)]
      made[place] = given.map { .integers($0) } ?? .float
      if let given { set(place, .integers(given), &model) }
      tensors[place] = [made[place] ?? .float: place]
    }
    if let known = tensors[place]?[form] { return known }
    guard let source = made[place], var from = tensors[place]?[source] else { return place }
    if case .integers(let old) = source, case .integers(let new) = form, !old.isRequantized(to: new)
    {
      from = tensor(place, .float, before: index, &model)
    }
    // An output of the model keeps its own tensor.
    let isResult = self.form(ofOutput: place) == form && made[place] != form
    let target = isResult ? place : append(place, form, &model)
    if isResult { set(place, form, &model) }
    tensors[place]?[form] = target
    var conversion = Operator()
    let kind: BuiltinOperator = form == .float ? .dequantize : .quantize
    conversion.opcodeIndex = model.code(for: kind, version: 1)
    conversion.inputs = [Int32(from)]
    conversion.outputs = [Int32(target)]
    before[index, default: []].append(conversion)
    return target
  }

  private func set(_ place: Int, _ form: Form, _ model: inout Model) {
    let id = TensorID(subgraph, place)
    switch form {
    case .float:
      model[id].type = .float32
      model[id].quantization = nil
    case .integers(let encoding):
      model[id].type = encoding.type
      model[id].quantization = encoding.quantization
    }
  }

  private mutating func append(_ place: Int, _ form: Form, _ model: inout Model) -> Int {
    var copy = model.subgraphs[subgraph].tensors[place]
    copy.buffer = 0
    // A variable can be an input too. Its copy is computed in each run, so the copy is no variable.
    copy.isVariable = false
    copy.quantization = nil
    let suffix: String
    switch form {
    case .float: suffix = "_float32"
    case .integers(let encoding): suffix = "_\(encoding.type)"
    }
    copy.name = copy.name?.appending(suffix)
    let id = model.append(copy, to: subgraph)
    copies[id] = TensorID(subgraph, place)
    set(id.index, form, &model)
    return id.index
  }
}
