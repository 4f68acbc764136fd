import Evaluation
import OpSet
import Optimizer
import Pipelines
import Platform
import TFLite
import TestSupport

extension Fixtures {
  static func vector(_ name: String) throws -> [UInt8] { try Recorded.bytes(name) }

  static func openVector(_ name: String) throws -> ModelFile {
    try ModelFile(openMap(Recorded.path("\(name).tflite")))
  }
}

extension Step where Self == QuantizeStep {
  static var float16: QuantizeStep { QuantizeStep(mode: .float16) }
  static var dynamic: QuantizeStep { QuantizeStep(mode: .dynamic) }

  static var weightsOnly: QuantizeStep {
    var quantize = dynamic
    quantize.weightsOnly = true
    return quantize
  }

  static var symmetric: QuantizeStep {
    var quantize = dynamic
    quantize.symmetricActivations = true
    return quantize
  }
}

/// A model after a pipeline, written to a file and read again.
struct Optimized {
  let outcome: Pipeline.Outcome
  /// The file that was written.
  let file: ModelFile
  var model: Model { file.model }

  init(
    _ source: ModelFile, _ steps: any Step..., threads: Int = 1, maxMemory: Int? = nil,
    only: [String] = [], skip: [String] = [], keepFloat: [String] = [],
    samples: CalibrationSource = CalibrationSource(), runtime: RuntimeVersion? = nil
  ) throws {
    var options = RunOptions()
    options.runtime = runtime
    options.threads = threads
    options.maxMemory = maxMemory
    let selection = Selection(
      only: only.map(Selection.Rule.init), skip: skip.map(Selection.Rule.init),
      keepFloat: keepFloat.map(Selection.Rule.init))
    names = source.model.subgraphs.map { $0.tensors.map(\.label) }
    outcome = try Pipeline(steps, options: options, selection: selection, samples: samples)
      .run(on: source)
    let workspace = try Workspace()
    let path = workspace.path("model.tflite")
    try Emission.write(outcome.writer, to: path, replacing: false) { _ in true }
    file = try ModelFile(openMap(path))
    try file.model.checkRunnable()
  }

  /// Of the input's tensors, by subgraph.
  private let names: [[String]]

  /// The reason for leaving the first tensor named `name` of the input alone.
  func reason(_ name: String) -> Reason? {
    let found = outcome.log.reasons.sorted { $0.key < $1.key }.first {
      names[$0.key.subgraph][$0.key.index] == name
    }
    return found?.value
  }
}

extension Pipeline.Outcome {
  /// What the last quantization decided.
  var plan: Plan {
    results.last(of: QuantizeResult.self)?.plan.decided ?? Plan()
  }

  var pruning: PruningSummary {
    results.last(of: PruningSummary.self) ?? PruningSummary()
  }
}

extension ModelFile {
  func bytes(of data: TensorData?) throws -> [UInt8] {
    guard let data else { return [] }
    return try DataReader(data, file: bytes).withBytes(in: 0..<data.count) { Array($0) }
  }

  func bytes(of tensor: Tensor) throws -> [UInt8] { try bytes(of: model.data(of: tensor)) }

  func floats(of tensor: Tensor) throws -> [Float] { try bytes(of: tensor).elements(Float.self) }

  /// The tensor of subgraph 0 by its name.
  func tensor(_ name: String) -> Tensor? {
    model.subgraphs[0].tensors.first { $0.label == name }
  }

  func index(_ name: String) -> Int32? {
    model.subgraphs[0].tensors.firstIndex { $0.label == name }.map(Int32.init)
  }

  /// Operators of a kind, in all subgraphs.
  func operators(_ kind: BuiltinOperator) -> [Operator] {
    model.subgraphs.flatMap { $0.operators.filter { model.kind(of: $0) == kind } }
  }

  /// The kinds of subgraph 0's operators.
  var kinds: [String] { model.subgraphs[0].operators.map { model.kind(of: $0).description } }

  func version(_ kind: String) -> [Int32] {
    model.operatorCodes.filter { $0.kind.description == kind }.map(\.version)
  }

  /// The text of the metadata `min_runtime_version`.
  func minRuntime() throws -> String? {
    guard let entry = model.metadata.first(where: { $0.name == "min_runtime_version" }) else {
      return nil
    }
    let bytes = try bytes(of: model.buffers[Int(entry.buffer)].data)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
