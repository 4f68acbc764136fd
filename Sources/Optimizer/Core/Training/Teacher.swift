import Evaluation
import OpSet
import TFLite
import Training

/// The model whose results training wants.
struct Teacher {
  let file: ModelFile
  /// The teacher's tensors that stand for those of the model; nil where they are the same.
  private let places: [TensorID: TensorID]?

  /// The model that came in, or what earlier passes made of it.
  init(_ file: ModelFile) {
    self.file = file
    places = nil
  }

  /// A model of its own with the inputs and outputs of `model`, whose signature is that of the job. Throws
  /// `OptimizerFault`.
  init(_ file: ModelFile, for model: Model, _ job: Job) throws(OptimizerFault) {
    self.file = file
    let key = job.options.signature
    let (own, wanted) = (Ends(model, key), Ends(file.model, key))
    if let why = wanted.difference(from: own) { throw OptimizerFault.teacherUnfit(why: why) }
    var places = Dictionary(
      zip(own.outputs, wanted.outputs), uniquingKeysWith: { first, _ in first })
    let (probes, others) = (
      Probes.tensors(of: model, signature: key), Probes.tensors(of: file.model, signature: key)
    )
    if probes.count == others.count {
      for (probe, other) in zip(probes, others)
      where model[probe].elementCount == file.model[other].elementCount {
        places[probe] = other
      }
    }
    self.places = places
  }

  /// Whether it is a file of its own, whose layers are not those of the model.
  var isOwn: Bool { places != nil }

  func wanted(_ id: TensorID) -> TensorID { places?[id] ?? id }

  /// Returns the outputs that it has too.
  func known(_ outputs: TrainingOutputs) -> TrainingOutputs? {
    guard let places else { return outputs }
    return outputs.keeping { places[$0] != nil }
  }

  /// Returns the probes with the teacher's tensors.
  func known(_ probes: [Trainer.Probe]) -> [Trainer.Probe] {
    probes.map { probe in
      var copy = probe
      copy.wanted = wanted(probe.id)
      return copy
    }
  }
}

/// Where a model begins and ends.
private struct Ends {
  let model: Model
  var inputs: [TensorID] = []
  var outputs: [TensorID] = []

  init(_ model: Model, _ signature: String?) {
    self.model = model
    let chosen = model.signatures.first { $0.key?.description == signature }
    let index = Int(chosen?.subgraphIndex ?? 0)
    guard model.subgraphs.indices.contains(index) else { return }
    let subgraph = model.subgraphs[index]
    inputs = (subgraph.inputs ?? []).filter { $0 >= 0 }.map { TensorID(index, $0) }
    outputs = (subgraph.outputs ?? []).filter { $0 >= 0 }.map { TensorID(index, $0) }
  }

  /// Returns what differs from the ends of the model that learns; nil if nothing does.
  func difference(from other: Ends) -> String? {
    for (name, own, others) in [
      ("input", inputs, other.inputs), ("output", outputs, other.outputs),
    ] {
      guard own.count == others.count else {
        return "it has \(own.count) \(name)\(own.count == 1 ? "" : "s"), the model \(others.count)"
      }
      for (position, pair) in zip(own, others).enumerated() {
        let (a, b) = (text(pair.0), other.text(pair.1))
        guard a == b else { return "its \(name) \(position) is \(a), the model's \(b)" }
      }
    }
    return nil
  }

  /// "float32 [1,28,28,1]".
  private func text(_ id: TensorID) -> String {
    let shape = (model[id].shape ?? []).map { "\($0)" }.joined(separator: ",")
    return "\(model[id].type) [\(shape)]"
  }
}
