import Evaluation
import Interpreter
import OpSet
import Platform
import TFLite

/// A change of a model. A pass does not print, time, validate or write files: the pipeline does.
package protocol Pass: Sendable {
  static var name: String { get }
  /// One line for `optimize passes`.
  static var summary: String { get }
  func run(on model: inout Model, in context: inout PassContext) throws
}

/// What passes share: the input, the user's choices, and what was decided so far.
package struct PassContext {
  package let file: ModelFile
  package let options: RunOptions
  package var selection: Selection
  /// Constants that `fold-constants` decoded, in the order of folding.
  private(set) var folded: [FoldedConstant] = []
  /// The tensor that a folded constant was last decoded from.
  private(set) var foldedSources: [TensorID: TensorID] = [:]
  /// Sparse constants that `fold-constants` decoded where operators read them.
  var foldedSparse: [TensorID: FoldedSparse] = [:]
  /// Decoded constants that an operator now needs plain: they are not put back.
  var plain: Set<TensorID> = []
  /// Kinds of operators whose types changed, so that their versions must be found anew.
  package internal(set) var touchedKinds: Set<BuiltinOperator> = []
  /// Why a constant was left as it is.
  package internal(set) var reasons: [TensorID: Reason] = [:]
  /// Constants that a pass stored anew.
  package private(set) var changed: Set<TensorID> = []
  /// How many that were, counted again for each step that changes them.
  package private(set) var changes = 0
  /// Constants whose values a pass changed while they stay float.
  package func hasOtherValues(_ id: TensorID) -> Bool { valueErrors[id] != nil }
  /// Whether there are such constants.
  var hasOtherValues: Bool { !valueErrors.isEmpty }
  /// By constant: Σ (value after − before)² ÷ Σ value² × elements, and elements.
  private(set) var valueErrors: [TensorID: (error: Double, elements: Int)] = [:]
  /// √ of the relative squared error of all weights whose values changed, in the mean by elements.
  package var weightError: Double {
    let all = valueErrors.sorted { $0.key < $1.key }
    let elements = all.reduce(0) { $0 + $1.value.elements }
    let error = all.reduce(0.0) { $0 + $1.value.error }
    return elements > 0 ? (error / Double(elements)).squareRoot() : 0
  }
  /// What `cluster` made of weights.
  package internal(set) var clustered: [TensorID: ClusteredWeight] = [:]
  /// The greatest integers of weights whose steps are wider than 127 allow.
  package internal(set) var greatestIntegers: [TensorID: Int] = [:]
  /// What operators compute with after the pass, by their first output.
  package internal(set) var outcomes: [TensorID: OperatorOutcome] = [:]
  /// What was quantized before and is float now; nil where nothing was.
  var lifted: LiftedModel?
  /// Constants changed, or operators compute with other types.
  var isChanged: Bool { changes > 0 || outcomes.values.contains { $0.encoding != nil } }
  /// What quantization decided so far.
  var plan = Plan()
  /// Tensors that hold another form of a tensor of the model that came in.
  var origins: [TensorID: TensorID] = [:]
  /// How activations were calibrated; nil where they stay float.
  package internal(set) var calibration: CalibrationSummary?
  /// What pruning made of weights.
  package internal(set) var pruning = PruningSummary()
  /// Constants that are to be stored without their zeros at the end.
  var sparseWeights: Set<TensorID> = []
  /// Constants whose readers were given an equal one.
  package internal(set) var replaced: [TensorID: TensorID] = [:]
  /// Where tensors went when unused ones were removed.
  package internal(set) var moves: TensorMoves?

  /// How the model is run for a pass.
  var interpreter: Interpreter.Options {
    var run = Interpreter.Options()
    run.threads = options.threads
    run.signature = options.signature
    if let limit = options.maxMemory { run.maxMemory = limit }
    return run
  }

  func reader(_ data: TensorData) -> DataReader { DataReader(data, file: file.bytes) }

  /// Counts a constant that a pass stores anew.
  mutating func countChange(of id: TensorID) {
    changed.insert(id)
    changes += 1
    reasons[id] = nil
  }

  /// Counts a constant that stays float with other values.
  mutating func changeValues(of id: TensorID, relativeError: Double, elements: Int) {
    countChange(of: id)
    valueErrors[id, default: (0, elements)].error += relativeError * Double(elements)
  }

  mutating func add(_ constant: FoldedConstant) {
    folded.append(constant)
    foldedSources[constant.tensor] = constant.source
  }

  mutating func note(_ id: TensorID, _ reason: Reason) {
    if reasons[id] == nil { reasons[id] = reason }
  }

  mutating func forgetReason(of id: TensorID) { reasons[id] = nil }
}

/// What became of an operator.
package struct OperatorOutcome: Equatable, Sendable {
  /// What it computes with now; nil where that is what it was.
  package let encoding: OperatorEncoding?
  /// Why it stayed as it was.
  package let reason: Reason?
}

/// Choices that hold for a whole run.
package struct RunOptions: Sendable {
  package var threads = 1
  /// Bytes that decoding may take; nil for the defaults.
  package var maxMemory: Int?

  package var memory: MemoryBudget { MemoryBudget(limit: maxMemory) }
  /// The signature that samples are for; nil is the first subgraph.
  package var signature: String?

  package init() {}
}
