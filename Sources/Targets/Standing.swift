import OpSet
import TFLite

/// A target's verdicts on all operators of a model, seen through a lens.
package struct Standing: Sendable {
  /// Without the operators that the lens leaves out.
  package private(set) var rows: [Assessment.Row] = []
  /// Operators of each part that the target gets, all subgraphs together.
  package private(set) var parts: [Int] = []

  package var runs: Int { rows.count { $0.verdict.isRun } }
  package var of: Int { rows.count }
  package var isFull: Bool { runs == rows.count }
  /// Whether one part holds every operator that has to run.
  package var isWhole: Bool { isFull && parts.count <= 1 }
  /// Operators that the target does not run by themselves.
  package var refused: Int { rows.count { $0.obstacle != nil } }

  package init(of file: ModelFile, on target: Target, _ lens: Lens = .stored) {
    self.init(of: file, ModelView(file, lens), on: target)
  }

  /// `view` is that of the file through some lens.
  init(of file: ModelFile, _ view: ModelView, on target: Target) {
    let called = target.seesAllSubgraphs ? [] : Self.called(file.model)
    for index in view.operators.indices {
      judge(view, index, target, isCalled: called.contains(index))
    }
  }

  /// Names the rewrites after which operators run.
  mutating func mark(_ names: [OperatorPlace: String]) {
    for index in rows.indices where !rows[index].verdict.isRun {
      if let name = names[rows[index].place] { rows[index].verdict = .runsAfter(name) }
    }
  }

  /// Subgraphs that operators run; delegates do not look into them.
  private static func called(_ model: Model) -> Set<Int> {
    Set(model.subgraphs.flatMap { $0.operators.flatMap(\.calledSubgraphs) }.map { Int($0) })
  }

  private mutating func judge(
    _ view: ModelView, _ index: Int, _ target: Target, isCalled: Bool
  ) {
    // Conversion to integers leaves the decoding of constants out.
    let kept = view.operators[index].filter { view.lens == .stored || !$0.isFolded }
    var rows = kept.map { entry in
      let verdict = isCalled ? .fallsBack(.otherSubgraph) : target.book.verdict(of: entry)
      return Assessment.Row(
        place: entry.place, name: entry.name, label: entry.label,
        multiplications: entry.multiplications, verdict: verdict, obstacle: verdict.obstacle)
    }
    let position = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { ($1.place.index, $0) })
    let sources = kept.map { entry in
      view.sources[index][entry.place.index].compactMap { position[$0] }
    }
    target.followReaders(&rows, kept, sources)
    let parts = target.partitions.apply(to: &rows, kept, sources)
    self.parts += parts.map(\.count)
    self.rows += rows
  }
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
