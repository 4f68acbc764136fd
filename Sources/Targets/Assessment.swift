import OpSet
import TFLite

/// A target's verdicts on a model.
package struct Assessment: Sendable {
  package struct Row: Sendable {
    package let place: OperatorPlace
    package let name: String
    /// The name of its first result.
    package let label: String
    package let multiplications: Int
    package var verdict: Verdict
    /// Why it does not run by itself, whatever runs around it; nil if it does.
    package let obstacle: Obstacle?
  }

  /// Something about the whole model that matters to the target.
  package enum Note: Hashable, Sendable {
    /// An input's shape is open in the file; it is judged at the sizes there.
    case openShape(String)
    /// Constants do not fit on the chip, and are read anew in each run.
    case exceedsCache(bytes: Int, limit: Int)
    /// Inputs or outputs are float, so conversions at the borders stay outside.
    case floatBorders
    /// One operator that it does not run is enough for the model not to load.
    case doesNotLoad
  }

  package let target: Target
  package private(set) var rows: [Row] = []
  /// Operators of each part that the target gets, all subgraphs together.
  package private(set) var parts: [Int] = []
  package let memory: MemoryNeed
  package private(set) var notes: [Note] = []
  /// The verdicts after `quantize --mode int8`; nil if that is no help.
  package private(set) var inIntegers: Standing?
  /// The verdicts after `fix --target`, through the target's lens; nil if that is no help.
  package private(set) var afterFix: Standing?

  package var runs: Int { rows.count { $0.verdict.isRun } }
  package var isFull: Bool { runs == rows.count }
  package var multiplications: Int { rows.reduce(0) { $0 + $1.multiplications } }
  package var multiplicationsOnTarget: Int {
    rows.reduce(0) { $0 + ($1.verdict.isRun ? $1.multiplications : 0) }
  }

  package init(_ file: ModelFile, _ target: Target) {
    self.init(file, target, ModelView(file), MemoryNeed(file.model))
  }

  /// `view` and `memory` are those of the file, made once for several targets.
  package init(_ file: ModelFile, _ target: Target, _ view: ModelView, _ memory: MemoryNeed) {
    self.target = target
    self.memory = memory
    let standing = Standing(of: file, view, on: target)
    rows = standing.rows
    parts = standing.parts
    addNotes(file)
    guard !isFull, target.name != Target.litert.name else { return }
    let integers = Standing(of: file, on: target, .int8)
    if integers.runs > runs { inIntegers = integers }
  }

  /// Takes what `fix --target` would make of the model: the verdicts then, and for each operator that
  /// would run the name of the rewrite.
  package mutating func add(afterFix standing: Standing, _ names: [OperatorPlace: String]) {
    afterFix = standing
    inIntegers?.mark(names)
    guard inIntegers == nil || target.lens == .stored else { return }
    for index in rows.indices where !rows[index].verdict.isRun {
      if let name = names[rows[index].place] { rows[index].verdict = .runsAfter(name) }
    }
  }

  private mutating func addNotes(_ file: ModelFile) {
    let model = file.model
    guard let main = model.subgraphs.first else { return }
    let borders = ((main.inputs ?? []) + (main.outputs ?? [])).filter {
      main.tensors.indices.contains(Int($0))
    }.map { main.tensors[Int($0)] }
    for tensor in borders.prefix(main.inputs?.count ?? 0)
    where tensor.shapeSignature?.contains(where: { $0 < 0 }) == true {
      notes.append(.openShape(tensor.label))
    }
    if target.needsIntegers, borders.contains(where: { $0.type == .float32 }), inIntegerModel {
      notes.append(.floatBorders)
    }
    if let cache = target.cache, memory.weights > cache {
      notes.append(.exceedsCache(bytes: memory.weights, limit: cache))
    }
    if case .whole = target.partitions, !isFull { notes.append(.doesNotLoad) }
  }

  private var inIntegerModel: Bool { runs > 0 }
}
