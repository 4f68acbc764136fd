import Evaluation
import Interpreter
import OpSet
import TFLite

/// Stores weights and activations as integers, with ranges from representative samples.
///
/// The smallest and fastest form of a model: int8, or int16 activations over int8 weights where int8
/// costs too much. Operators without an integer kernel stay float between QUANTIZE and DEQUANTIZE,
/// each with its reason. Never quantizes a tensor that no sample reached, a variable, or what an
/// operator reads as indices.
package struct StaticInteger: Pass {
  package static let name = "integer"
  package static let summary = "store weights and activations as integers, calibrated on samples"

  package let options: IntegerOptions
  private let samples: CalibrationSource
  private let plan: PlanRequest?

  init(_ options: IntegerOptions, samples: CalibrationSource, plan: PlanRequest? = nil) {
    self.options = options
    self.samples = samples
    self.plan = plan
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    guard model.computesWithFloats else { return }
    var samples = samples.fitting(model, in: job)
    for (form, origin) in job.log.origins { samples.statistics?.copy(origin, to: form) }
    var search = try IntegerSearch(
      model, options: options, samples: samples, plan: try plan?.given(for: job.file.model),
      job: job)
    try search.chooseWeights()
    try search.run()
    if options.isStrict, let fault = search.strictFault { throw fault }
    model = search.state.model
    job.findings[ChannelFactors.self, default: ChannelFactors()].add(
      search.state.channelFactors, of: model)
    let changes = job.log.changes
    try search.state.write(to: &model, &job, samples: samples)
    job.plan.searches[options.mode] = search.choices
    var summary = search.summary
    if let lifted = job.findings[LiftedModel.self], job.log.changes > changes {
      summary.warnings.append(lifted.warning)
    }
    job.findings[CalibrationSummary.self] = summary
  }
}

/// The factors by which equalization multiplied the channels of tensors. The tensors of the two
/// models differ by these factors without an error.
package struct ChannelFactors: Sendable {
  /// By the tensors' names; the last axis repeats the factors.
  package private(set) var byName: [String: [Float]] = [:]

  mutating func add(_ factors: [TensorID: [Float]], of model: Model) {
    for (id, found) in factors { byName[model[id].label] = found }
  }
}

extension Model {
  /// Whether an operator other than conversions reads or writes floats.
  fileprivate var computesWithFloats: Bool {
    subgraphs.contains { subgraph in
      subgraph.operators.contains { entry in
        !entry.isConversion(in: self)
          && ((entry.inputs ?? []) + (entry.outputs ?? [])).contains {
            $0 >= 0 && subgraph.tensors[Int($0)].type == .float32
          }
      }
    }
  }
}
