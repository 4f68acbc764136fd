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
  /// Operators that would run after `quantize --mode int8`, of how many; nil if that is no help.
  package private(set) var inIntegers: (runs: Int, of: Int)?

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
    let called = target.seesAllSubgraphs ? [] : Self.called(file.model)
    for index in view.operators.indices {
      judge(view, index, isCalled: called.contains(index))
    }
    addNotes(file)
    guard !isFull, target.name != Target.litert.name else { return }
    let integers = Self.count(ModelView(file, .int8), target, called)
    if integers.runs > runs { inIntegers = integers }
  }

  /// Subgraphs that operators run; delegates do not look into them.
  private static func called(_ model: Model) -> Set<Int> {
    Set(model.subgraphs.flatMap { $0.operators.flatMap(\.calledSubgraphs) }.map { Int($0) })
  }

  private mutating func judge(_ view: ModelView, _ index: Int, isCalled: Bool) {
    var rows = view.operators[index].map { entry in
      Row(
        place: entry.place, name: entry.name, label: entry.label,
        multiplications: entry.multiplications,
        verdict: isCalled ? .fallsBack(.otherSubgraph) : target.book.verdict(of: entry))
    }
    target.followReaders(&rows, view.operators[index], view.sources[index])
    let parts = target.partitions.apply(to: &rows, view.operators[index], view.sources[index])
    self.parts += parts.map(\.count)
    self.rows += rows
  }

  /// Counts without the operators that conversion leaves out.
  private static func count(
    _ view: ModelView, _ target: Target, _ called: Set<Int>
  ) -> (runs: Int, of: Int) {
    var runs = 0
    var all = 0
    for index in view.operators.indices {
      let kept = view.operators[index].filter { !$0.isFolded }
      all += kept.count
      guard !called.contains(index) else { continue }
      var rows = kept.map { entry in
        Row(
          place: entry.place, name: entry.name, label: entry.label, multiplications: 0,
          verdict: target.book.verdict(of: entry))
      }
      let position = Dictionary(
        uniqueKeysWithValues: kept.enumerated().map { ($1.place.index, $0) })
      let sources = kept.map { entry in
        view.sources[index][entry.place.index].compactMap { position[$0] }
      }
      target.followReaders(&rows, kept, sources)
      _ = target.partitions.apply(to: &rows, kept, sources)
      runs += rows.count { $0.verdict.isRun }
    }
    return (runs, all)
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

extension Target.Partitions {
  /// Turns verdicts of operators that are left outside. Returns the positions of each part.
  fileprivate func apply(
    to rows: inout [Assessment.Row], _ views: [OperatorView], _ sources: [[Int]]
  ) -> [[Int]] {
    let isTaken = rows.map(\.verdict.isRun)
    switch self {
    case .any, .whole: return Partitioning.parts(isTaken, sources: sources)
    case .prefix:
      let cut = rows.indices.first { position in
        !isTaken[position] && !views[position].isBorder
      }
      if let cut {
        for position in rows.indices.dropFirst(cut + 1) where isTaken[position] {
          rows[position].verdict = .fallsBack(.behind(rows[cut].name))
        }
      }
      return Partitioning.parts(rows.map(\.verdict.isRun), sources: sources)
    case .largest:
      let parts = Partitioning.parts(isTaken, sources: sources)
      guard let most = parts.map(\.count).max(),
        let largest = parts.first(where: { $0.count == most })
      else { return [] }
      let inside = Set(largest)
      for position in rows.indices where isTaken[position] && !inside.contains(position) {
        rows[position].verdict = .fallsBack(.outsideLargestPart)
      }
      return [largest]
    }
  }
}

extension OperatorView {
  /// A conversion between floats and integers, which stands at the border.
  fileprivate var isBorder: Bool {
    kind == .quantize && input(0)?.type == .float32
      || kind == .dequantize && output?.type == .float32
  }
}
