import OpSet
import TFLite

/// Estimates what removing whole output channels would save: those with the least L2 norm of each
/// layer. Changes nothing. The matching input channels of the layers that read them are removed
/// too, where all operators between keep channels apart.
package struct ChannelEstimate: Sendable {
  /// The elements of float constants, or the multiplications of one run.
  package struct Count: Sendable {
    package internal(set) var before = 0
    package internal(set) var after = 0
  }

  /// A convolution or a fully connected operator.
  package struct Layer: Sendable {
    package let weight: TensorID
    package let name: String
    package let kind: String
    package let channels: Int
    package internal(set) var removed = 0
    /// The square root of the removed share of Σ weight².
    package internal(set) var weightError = 0.0
    /// The layer's own weights, including input channels that earlier layers remove.
    package internal(set) var parameters = Count()
    package internal(set) var multiplications = Count()
    /// Why no channel is removed.
    package internal(set) var reason: Reason?
  }

  package let sparsity: Double
  package private(set) var layers: [Layer] = []
  /// Counts each constant of the model once.
  package private(set) var parameters = Count()
  /// Counts all products with constants in the model.
  package private(set) var multiplications = Count()

  /// Ignores `pruning.pattern`. Throws `ModelFault`, `OptimizerFault` or what reading throws.
  package init(
    of file: ModelFile, _ pruning: PruneOptions, options: RunOptions, selection: Selection
  ) throws {
    sparsity = pruning.sparsity
    var model = file.model
    var job = Job(file: file, options: options, selection: selection)
    try model.checkRunnable()
    try model.refuseCompiled()
    try FoldConstants().run(on: &model, in: &job)
    if let view = RealView(model, job, runs: false) { model = view.model }
    let targets = PruneTargets(model, pruning, &job).all
    let byWeight = Dictionary(uniqueKeysWithValues: targets.map { ($0.id, $0) })
    var buffers: [UInt32: Int] = [:]
    for constant in job.floatConstants(of: model) {
      buffers[model[constant.id].buffer] = constant.elements
    }
    parameters.before = buffers.values.reduce(0, +)
    parameters.after = parameters.before
    for subgraph in model.subgraphs.indices {
      var chain = ChannelChain(model, subgraph, job)
      for index in model.subgraphs[subgraph].operators.indices {
        guard let product = chain.product(index) else { continue }
        var layer = Layer(
          weight: product.weight, name: model[product.weight].label, kind: "\(product.kind)",
          channels: product.matrix.rows)
        let isLayer = product.flow == .mixes
        if isLayer {
          if let target = byWeight[product.weight] {
            layer.reason = chain.obstacle(product, target)
            if layer.reason == nil { try remove(&layer, target, model, job) }
          } else {
            layer.reason = job.log.reasons[product.weight] ?? .sharesDataWithWeight
          }
          chain.remove(layer.removed, of: layer.channels, from: product.output)
        }
        let saved = chain.count(product, removed: layer.removed, &layer)
        multiplications.before += layer.multiplications.before
        multiplications.after += layer.multiplications.after
        parameters.after -= saved
        if isLayer { layers.append(layer) }
      }
      parameters.after -= chain.savedBeside
    }
  }

  /// Chooses the channels to remove; at least one stays.
  private func remove(
    _ layer: inout Layer, _ target: PruneTarget, _ model: Model, _ job: Job
  ) throws {
    let values = try target.values(model, job)
    let energies = (0..<values.rows).map { row in
      (0..<values.columns).reduce(0.0) { $0 + Double(values[row][$1]) * Double(values[row][$1]) }
    }
    let count = Int((sparsity * Double(layer.channels)).rounded())
    layer.removed = min(count, layer.channels - 1)
    let total = energies.reduce(0, +)
    let gone = energies.sorted().prefix(layer.removed).reduce(0, +)
    layer.weightError = total > 0 ? (gone / total).squareRoot() : 0
  }
}
