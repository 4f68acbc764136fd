import Evaluation
import OpSet
import TFLite

/// PRELU for int16x8, whose own kernel overflows. It becomes max(x, α × x), which is equal for
/// slopes up to 1.
///
/// With slopes from −1 to 1, α × x stays inside the symmetric range of x, so it gets the statistics
/// of x.
struct WidePRelu {
  private(set) var model: Model
  private(set) var statistics: CalibrationStatistics
  /// A plan in which the products have the form of their PRELU.
  private(set) var plan: GivenPlan?

  init(
    _ model: Model, _ statistics: CalibrationStatistics, plan: GivenPlan?, _ job: Job
  ) throws {
    (self.model, self.statistics, self.plan) = (model, statistics, plan)
    let values = ConstantValues(model, job)
    for subgraph in model.subgraphs.indices {
      let graph = Graph(model, subgraph: subgraph)
      var products: [Int: TensorID] = [:]
      for (index, entry) in model.subgraphs[subgraph].operators.enumerated()
      where model.kind(of: entry) == .prelu {
        guard let inputs = entry.inputs, inputs.count == 2, inputs.allSatisfy({ $0 >= 0 }),
          let output = entry.outputs?.first, graph.isConstant(Int(inputs[1])),
          model[TensorID(subgraph, output)].type == .float32,
          statistics.tensors[TensorID(subgraph, inputs[0])] != nil,
          try values.values(of: TensorID(subgraph, inputs[1])).allSatisfy({ abs($0) <= 1 }),
          plan?.refusal(of: TensorID(subgraph, output), .int16x8) == nil,
          !Self.isExcluded(entry, subgraph, model, job)
        else { continue }
        products[index] = append(TensorID(subgraph, output), TensorID(subgraph, inputs[0]))
      }
      if !products.isEmpty { rewrite(subgraph, products) }
    }
  }

  private static func isExcluded(
    _ entry: Operator, _ subgraph: Int, _ model: Model, _ job: Job
  ) -> Bool {
    func labels(_ tensors: [Int32]?) -> [String] {
      (tensors ?? []).filter { $0 >= 0 }.map { model[TensorID(subgraph, $0)].label }
    }
    let exclusion = job.selection.exclusion(
      of: labels(Array((entry.inputs ?? []).dropFirst())),
      uses: [(model.name(of: entry), labels(entry.outputs))])
    return exclusion != nil
  }

  private mutating func append(_ output: TensorID, _ input: TensorID) -> TensorID {
    var product = model[output]
    product.buffer = 0
    product.name = product.name?.appending("_product")
    let id = model.append(product, to: output.subgraph)
    statistics.copy(input, to: id)
    plan?.add(id, as: output)
    return id
  }

  private mutating func rewrite(_ subgraph: Int, _ products: [Int: TensorID]) {
    let (mul, maximum) = (model.code(for: .mul, version: 1), model.code(for: .maximum, version: 1))
    model.rewriteOperators(of: subgraph) { index, old in
      guard let product = products[index], let inputs = old.inputs else { return [.keep(old)] }
      var multiply = Operator()
      multiply.opcodeIndex = mul
      multiply.inputs = inputs
      multiply.outputs = [Int32(product.index)]
      multiply.builtinOptionsType = MulOptions.activation.tag
      multiply.builtinOptions = Options(MulOptions.activation.union, tag: MulOptions.activation.tag)
      var greatest = Operator()
      greatest.opcodeIndex = maximum
      greatest.inputs = [inputs[0], Int32(product.index)]
      greatest.outputs = old.outputs
      return [.insert(multiply), .keep(greatest)]
    }
  }
}

extension BuiltinOperator {
  fileprivate static let mul = Self(rawValue: 18)
  fileprivate static let prelu = Self(rawValue: 54)
  fileprivate static let maximum = Self(rawValue: 55)
}
