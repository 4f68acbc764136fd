import Evaluation
import Interpreter
import Optimizer
import Platform
import Report
import Samples
import TFLite

/// What a comparison runs on, as the options say.
struct SampleRequest {
  /// Where samples lie; nil: random inputs.
  var path: String?
  var most: Int?
  /// The share of the samples that only judges.
  var holdout: Double?
  var preprocessing: Preprocessing
  var labels: LabelRequest?
  var options: Interpreter.Options

  init(_ arguments: Arguments) throws(UsageFault) {
    path = arguments[Options.repData]
    most = try arguments[Options.maxSamples].map { text throws(UsageFault) in
      try Values.count(text, Options.maxSamples, standard: 1)
    }
    holdout = try arguments[Options.holdout].map { text throws(UsageFault) in
      guard let share = Double(text), share >= 0, share < 1 else {
        throw UsageFault("'\(text)' is no share of samples, from 0 to below 1")
      }
      return share
    }
    preprocessing = try Preprocessing(arguments)
    labels = try LabelRequest(arguments)
    let users = Options.preparation + [Options.labels]
    if path == nil, let user = users.first(where: arguments.has) {
      throw Self.missingSamples(user)
    }
    options = try Interpreter.Options(arguments)
  }

  /// The samples for a model's inputs; `file` may have metadata on them.
  func samples(_ path: String, for ports: [Port], of file: ModelFile) throws -> SampleSet {
    var preprocessing = preprocessing
    preprocessing.metadata = ModelInputInfo.all(in: file)
    return try SampleSet(
      path: path, inputs: ports.map(\.sampleInput), preprocessing: preprocessing,
      maxSamples: most)
  }

  /// What only samples can answer was asked for.
  static func missingSamples(_ option: Option) -> UsageFault { missingSamples(option.name) }

  static func missingSamples(_ what: String) -> UsageFault {
    UsageFault(
      "\(what) needs representative data",
      help: "pass a folder or a file of samples with --rep-data DIR")
  }
}

extension Interpreter.Options {
  /// As `--threads`, `--signature` and `--max-memory` say.
  init(_ arguments: Arguments) throws(UsageFault) {
    self.init()
    threads = try Values.threads(arguments[Options.threads])
    signature = arguments[Options.signature]
    if let text = arguments[Options.maxMemory] {
      maxMemory = try Values.bytes(text, Options.maxMemory)
    }
  }
}

/// A model that others are compared with, on samples, or on random inputs where there are none.
struct ModelComparison {
  private let request: SampleRequest
  private let file: ModelFile
  private var model: Model { file.model }
  private let reference: Interpreter
  private let samples: SampleSet?
  /// The same samples, those of them that were read before from memory.
  let source: SampleSource
  private let labels: Labels?

  /// Random inputs that a comparison without samples takes.
  private static let randomSamples = 8

  /// Prepares the model and finds the samples, so that what is wrong with them shows at once.
  /// `path` names the model in errors.
  init(_ file: ModelFile, path: String, _ request: SampleRequest) throws {
    self.request = request
    self.file = file
    reference = try Self.interpreter(file, path, request)
    let ports = reference.inputs
    let samples = try request.path.map { try request.samples($0, for: ports, of: file) }
    self.samples = samples
    source = samples.map { Self.source($0, of: file, request) } ?? .none
    labels = try samples.flatMap { samples in
      try request.labels?.labels(of: samples, model: file)
    }
  }

  private static func source(
    _ set: SampleSet, of file: ModelFile, _ request: SampleRequest
  ) -> SampleSource {
    var ranges: [Int: ClosedRange<Float>] = [:]
    let infos = ModelInputInfo.all(in: file)
    if infos.count == file.model.subgraphs.first?.inputs?.count {
      for (position, info) in infos.enumerated() { ranges[position] = info.range }
    }
    // A few samples are too few to keep some back.
    let split = SampleSplit(holdout: request.holdout ?? (set.count >= 20 ? 0.2 : 0))
    return SampleSource(count: set.count, split: split, inputRanges: ranges) {
      try set.sample(at: $0)
    }
  }

  private static func interpreter(
    _ file: ModelFile, _ path: String, _ request: SampleRequest
  ) throws -> Interpreter {
    do {
      return try Interpreter(file, options: request.options)
    } catch {
      throw LocatedFault(cause: error, path: path)
    }
  }

  /// Runs both models and fills in the report's quality; `path` names the other model in errors.
  ///
  /// With the digests of all samples, those that calibration saw are left out, unless there are no
  /// others.
  func compare(
    with other: ModelFile, path: String, tensors: Bool, listsOperators: Bool = false,
    calibratedOn digests: [UInt64] = [], in report: inout ReportDocument
  ) throws {
    let comparison = try Comparison(
      reference: reference, other: Self.interpreter(other, path, request), tensors: tensors)
    var (before, after) = (ClassTally(), ClassTally())
    let all = Array(0..<(samples?.count ?? request.most ?? Self.randomSamples))
    let kept = all.filter {
      digests.indices.contains($0) && !source.split.isForCalibration(digests[$0])
    }
    for index in kept.isEmpty ? all : kept {
      let sample =
        samples != nil
        ? try source.sample(index) : RandomInputs.arrays(reference, seed: UInt64(index) + 1)
      do {
        try comparison.add(sample)
        if let label = labels?.classes[index], let samples {
          let outputs = comparison.reference.outputs.indices.map(comparison.values(ofOutput:))
          let name = samples.name(of: index)
          try before.add(
            outputs.map { .init($0.reference, shape: $0.shape) }, label: label, sample: name)
          try after.add(
            outputs.map { .init($0.other, shape: $0.shape) }, label: label, sample: name)
        }
      } catch let fault as InterpreterFault {
        let source = samples.map { "on the sample \($0.description(of: index))" }
        throw LocatedFault(cause: fault, path: path, notes: source.map { [$0] } ?? [])
      }
    }
    guard comparison.outputRows.contains(where: { $0.statistics.elements > 0 }) else {
      throw ComparisonFault.noNumbers
    }
    var quality = ReportDocument.Quality(comparison, isRandom: samples == nil)
    quality.preparations = samples?.preparations ?? []
    if listsOperators { quality.listOperators(of: other.model, comparison) }
    if !digests.isEmpty { quality.basis = kept.isEmpty ? .calibration : .heldOut }
    if labels != nil { quality.accuracy = .init(before: before.top1, after: after.top1) }
    report.quality = quality
    report.warnings += warnings(quality)
  }

  /// What the figures do not tell.
  private func warnings(_ quality: ReportDocument.Quality) -> [String] {
    var warnings: [String] = []
    let zeros = reference.inputs.filter { samples == nil && !RandomInputs.canFill($0) }
    if !zeros.isEmpty {
      let names = zeros.map { "'\($0.label)' (\($0.type))" }.joined(separator: ", ")
      warnings.append("all random inputs have zeros for \(names); --rep-data DIR takes samples")
    }
    for output in quality.outputs where output.notFiniteReference > 0 {
      warnings.append(
        "\(Numbers.counted(output.notFiniteReference, "value")) of '\(output.name)' "
          + "NaN or infinite in the first model; left out")
    }
    let others = model.signatures.compactMap { $0.key?.description }
    if others.count > 1, request.options.signature == nil {
      warnings.append(
        "the model has signatures \(others.joined(separator: ", ")); only that of the first "
          + "subgraph was compared, --signature KEY picks another")
    }
    return warnings
  }
}

/// Seeded random inputs, for measuring where there are no samples.
enum RandomInputs {
  /// Whether random values mean anything: other types are sizes and indices.
  static func canFill(_ port: Port) -> Bool {
    port.type == .float32
      || port.quantization?.scale?.isEmpty == false
        && [.int8, .uint8, .int16].contains(port.type)
  }

  /// Floats from −1 to 1, quantized integers of their whole range; zeros for other types.
  static func arrays(_ interpreter: Interpreter, seed: UInt64) -> [DenseArray] {
    var state = seed
    func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }
    return interpreter.inputs.indices.map { index in
      let port = interpreter.inputs[index]
      let shape = interpreter.shape(ofInput: index)
      let count = shape.reduce(1, *)
      var bytes = [UInt8](repeating: 0, count: port.type.byteCount(elements: count) ?? 4)
      guard canFill(port) else { return DenseArray(port.type, shape: shape, bytes: bytes) }
      guard port.type == .float32 else {
        for place in bytes.indices { bytes[place] = UInt8(truncatingIfNeeded: next() >> 24) }
        return DenseArray(port.type, shape: shape, bytes: bytes)
      }
      bytes.withUnsafeMutableBytes { target in
        for element in 0..<count {
          let unit = Float(Int32(bitPattern: next())) / 2_147_483_648
          target.storeBytes(of: unit, toByteOffset: element * 4, as: Float.self)
        }
      }
      return DenseArray(port.type, shape: shape, bytes: bytes)
    }
  }
}

extension Port {
  /// The name that users know.
  var label: String { signatureName ?? name }

  /// What samples must be for this input.
  var sampleInput: SampleInput {
    let scale = quantization?.scale ?? []
    let step = scale.count == 1 ? scale.first : nil
    return SampleInput(
      name: label, type: type, shape: shape, signature: signature,
      quantization: step.flatMap { step in
        QuantizationStep(scale: step, zeroPoint: Int(quantization?.zeroPoint?.first ?? 0))
      })
  }
}
