import OpSet
import TFLite

/// Turns a quantized model into the float model that its integers stand for, so that it can be
/// quantized in another mode. Constants are decoded, activations become float32, QUANTIZE and
/// DEQUANTIZE are removed, and RELU returns where only the integer range stood for it. Helps
/// dynamic-range models, uint8 models of older converters, and changes between int8 and int16x8.
/// Former rounding errors stay, and the report says so. Never touches a model that already has the
/// mode's integers, nor an operator that computes with integers that have no scale.
package struct LiftIntegers: Pass {
  package static let name = "lift-integers"
  package static let summary = "turn quantized tensors back into floats to quantize them anew"

  private let mode: IntegerMode
  /// Whether to lift even integers of the mode, since a plan may ask for other forms.
  private let always: Bool

  init(for mode: IntegerMode, always: Bool = false) {
    self.mode = mode
    self.always = always
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    job.findings[LiftedModel.self] = nil
    let plan = LiftPlan(model)
    guard plan.differs(from: mode) || always && !plan.constants.isEmpty else {
      for id in plan.constants.keys { job.log.note(id, .isAlreadyInMode(mode)) }
      return
    }
    if let refusal = plan.refusal {
      for id in plan.constants.keys { job.log.note(id, refusal) }
      return
    }
    job.findings[LiftedModel.self] = summary(of: plan, model)
    plan.lift(&model, &job)
  }

  private func summary(of plan: LiftPlan, _ model: Model) -> LiftedModel {
    var lifted = LiftedModel()
    lifted.constants = plan.constants.count
    lifted.activations = plan.activations.count
    let weights = plan.constants.keys.map { model[$0].type }.filter {
      ![.int32, .int64].contains($0)
    }
    lifted.types = Set(weights + plan.activations.map { model[$0].type })
    for (index, subgraph) in model.subgraphs.enumerated() where !plan.called.contains(index) {
      for tensor in (subgraph.inputs ?? []) + (subgraph.outputs ?? []) where tensor >= 0 {
        let id = TensorID(index, tensor)
        if plan.activations.contains(id) { lifted.kept[id] = Affine(model[id]) }
      }
    }
    return lifted
  }
}

extension LiftPlan {
  /// Carries the plan out on the model that it was made for.
  func lift(_ model: inout Model, _ job: inout Job) {
    let originals = model.subgraphs.map(\.tensors)
    let lifted = LiftedConstants(self, &model, &job)
    for id in activations {
      model[id].type = .float32
      model[id].quantization = nil
    }
    for subgraph in model.subgraphs.indices {
      var lifter = SubgraphLifter(
        subgraph, plan: self, constants: lifted, originals: originals[subgraph])
      job.log.touchedKinds.formUnion(lifter.lift(&model))
    }
  }
}
