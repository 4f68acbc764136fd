import Evaluation
import Interpreter
import OpSet
import TFLite

/// The variants of a clustered model that samples choose between: as planned, with corrected
/// biases, and with refitted values.
struct ClusteredModel {
  typealias Plans = [UInt32: ClusterPlan]

  /// Plans by buffer and new biases by constant.
  struct Variant {
    var plans: Plans
    var biases: [TensorID: [Float]] = [:]
  }

  let model: Model
  let weights: [CompressibleWeight]
  let inputs: WeightInputs
  let job: Job

  /// Returns the variant with the least output noise on samples that were not used to make it.
  func best(_ plans: Plans, _ options: Interpreter.Options) throws -> Variant {
    let plain = Variant(plans: plans)
    let probes = Probes.tensors(of: model, signature: options.signature)
    guard !inputs.matrices.isEmpty, !probes.isEmpty else { return plain }
    let expected = try ExpectedResults(
      inputs.samples.check, probes: probes, of: job.file.with(model), options)
    var judge = Judge(plain) { try noise(of: $0, expected, options) }
    for plans in [plans, try refitted(plans)] {
      try judge.offer(Variant(plans: plans, biases: try biases(plans)))
    }
    return judge.incumbent
  }

  private func noise(
    of variant: Variant, _ expected: ExpectedResults, _ options: Interpreter.Options
  ) throws -> Double {
    var copy = model
    variant.apply(to: &copy, weights)
    return try RoundedModel(job.file.with(copy), lanes: expected.samples.count, options)
      .noise([:], on: expected)
  }

  private func refitted(_ plans: Plans) throws -> Plans {
    var result = plans
    // The scales of integers stay, and their levels are integers.
    for weight in weights where weight.integers == nil {
      let buffer = model[weight.constant.id].buffer
      guard let plan = plans[buffer], let gram = inputs.matrices[weight.constant.id],
        isAlone(weight)
      else { continue }
      let before = try job.floats(of: weight.constant.id, in: model)
      let refit = ClusterRefit(weight: weight, gram: gram, before: before, plan: plan)
      if let better = refit.refitted() { result[buffer] = better }
    }
    return result
  }

  /// Whether no other operator reads the data; shared data is not refitted.
  private func isAlone(_ weight: CompressibleWeight) -> Bool {
    let buffer = model[weight.constant.id].buffer
    return weight.constant.uses.count == 1
      && weights.count { model[$0.constant.id].buffer == buffer } == 1
  }

  /// Returns new values for biases that are constants of a single operator.
  private func biases(_ plans: Plans) throws -> [TensorID: [Float]] {
    var biases: [TensorID: [Float]] = [:]
    for weight in weights where isAlone(weight) {
      let id = weight.constant.id
      guard let plan = plans[model[id].buffer], let gram = inputs.matrices[id],
        let bias = bias(of: weight)
      else { continue }
      let before = try job.floats(of: id, in: model)
      let shift = ClusterRefit.shift(
        weight, gram, before: before, after: plan.transform.applied(to: before))
      let known = try job.floats(of: bias, in: model)
      guard known.count == shift.count else { continue }
      biases[bias] = zip(known, shift).map { Float(Double($0) + $1) }
    }
    return biases
  }

  private func bias(of weight: CompressibleWeight) -> TensorID? {
    guard let use = weight.constant.uses.first, let spec = use.spec, let inputs = use.entry.inputs
    else { return nil }
    let subgraph = weight.constant.id.subgraph
    for (operand, tensor) in inputs.enumerated() where tensor >= 0 {
      guard case .bias = spec.role(ofInput: operand, count: inputs.count) else { continue }
      let id = TensorID(subgraph, tensor)
      let graph = Graph(model, subgraph: subgraph)
      let isShared = model.subgraphs.contains { part in
        part.tensors.count { $0.buffer == model[id].buffer } > 1
      }
      guard model[id].type == .float32, graph.isConstant(Int(tensor)), !isShared,
        graph.uses[Int(tensor)].count == 1, !graph.isOutput[Int(tensor)]
      else { return nil }
      return id
    }
    return nil
  }
}

extension ClusteredModel.Variant {
  /// Stores the new values in the model.
  func apply(to model: inout Model, _ weights: [CompressibleWeight]) {
    var changed: [UInt32: UInt32] = [:]
    for weight in weights {
      let id = weight.constant.id
      let buffer = model[id].buffer
      guard let plan = plans[buffer], let source = model.data(of: id) else { continue }
      let fresh =
        changed[buffer]
        ?? model.append(
          .deferred(DeferredData(source: source, transform: plan.transform, count: source.count)))
      changed[buffer] = fresh
      model[id].buffer = fresh
    }
    model.setBiases(biases)
  }
}
