import TFLite

/// The tables of one file before and one after, joined by what is the same in both.
struct PairedTables {
  typealias Constant = ReportDocument.Constant
  typealias Operator = ReportDocument.Operator

  private let pairing: ModelPairing
  private let before: ReportBuilder.Tables
  private let after: ReportBuilder.Tables

  /// The tables are those of each file alone.
  init(
    _ pairing: ModelPairing, _ before: ReportBuilder.Tables, _ after: ReportBuilder.Tables
  ) {
    self.pairing = pairing
    self.before = before
    self.after = after
  }

  // MARK: Constants

  /// Returns those of the file before, then those that are in the file after alone.
  func constants(
    hasSameData: (Constant, Constant) -> Bool, weightError: (Constant, Constant) throws -> Double?
  ) rethrows -> [Constant] {
    let new = Dictionary(uniqueKeysWithValues: after.tensors.map { ($0.site, $0) })
    // What several constants before became is counted with the first.
    var counted: Set<TensorID> = []
    let rows = try before.tensors.map { old in
      let partners = (pairing.constants[old.site] ?? []).compactMap { new[$0] }
      guard let largest = partners.max(by: { $0.bytesAfter < $1.bytesAfter }) else {
        return alone(old, .removed)
      }
      var row = old
      row.after = largest.after
      row.bytesAfter = partners.filter { counted.insert($0.site).inserted }
        .reduce(0) { $0 + $1.bytesAfter }
      row.hasOtherValues = row.after == row.before && !hasSameData(old, largest)
      if row.role == .weight, row.hasOtherValues || row.after != row.before {
        row.weightError = try weightError(old, largest)
      }
      row.reader = largest.reader
      return row
    }
    let added = after.tensors.filter { !pairing.taken.contains($0.site) }
    return rows + added.map { alone($0, .added) }
  }

  private func alone(_ constant: Constant, _ presence: ReportDocument.Presence) -> Constant {
    var row = constant
    row.presence = presence
    if presence == .added { row.bytesBefore = 0 } else { row.bytesAfter = 0 }
    if presence == .removed { row.reader = nil }
    return row
  }

  // MARK: Operators

  /// Those of the file before, then those that are in the file after alone; conversions are not
  /// among them, since they are counted.
  var operators: [Operator] {
    let new = Dictionary(uniqueKeysWithValues: after.operators.map { ($0.site, $0) })
    let rows = before.operators.filter { !$0.isConversion }.map { old -> Operator in
      var row = old
      if let partner = pairing.operators[old.site].flatMap({ new[$0] }) {
        row.after = partner.after
      } else {
        row.presence = .removed
      }
      return row
    }
    let paired = Set(pairing.operators.values)
    let added = after.operators.filter { !$0.isConversion && !paired.contains($0.site) }
    return rows
      + added.map { entry in
        var row = entry
        row.presence = .added
        return row
      }
  }
}

extension ReportDocument.Constant {
  var site: TensorID { TensorID(subgraph, index) }
}

extension ReportDocument.Operator {
  var site: OperatorPlace { OperatorPlace(subgraph: subgraph, index: index) }

  fileprivate var isConversion: Bool { BuiltinOperator(named: kind)?.isConversion == true }
}
