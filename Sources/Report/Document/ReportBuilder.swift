import OpSet
import Optimizer
import TFLite

/// Fills a report's tables from models before and after.
package struct ReportBuilder {
  let before: Model
  let after: Model
  private let log: ChangeLog?
  private let pruning: PruningSummary?
  private let clusters: ClusterResult?
  private let plan: Plan?

  /// Without `log` nothing was changed and `after` is `before`. Of two results of one type the
  /// later includes the earlier.
  package init(
    before: Model, after: Model, log: ChangeLog? = nil, results: [any StepResult] = []
  ) {
    self.before = before
    self.after = after
    self.log = log
    pruning = results.last(of: PruningSummary.self)
    clusters = results.last(of: ClusterResult.self)
    plan = results.last(of: QuantizeResult.self)?.plan.decided
  }

  /// Returns the tensor of the result that replaces `id`; nil if it was removed.
  private func moved(_ id: TensorID) -> TensorID? {
    let current = log?.replaced[id] ?? id
    guard let moves = log?.moves else { return current }
    return moves(current)
  }

  package func fill(_ report: inout ReportDocument) {
    let tables = tables
    fill(&report, tables.tensors, tables.operators)
  }

  /// Fills the tables from two files of any origin; the functions compare constants of the file
  /// before with those of the file after.
  package func fill(
    _ report: inout ReportDocument, hasSameData: (_ before: TensorID, _ after: TensorID) -> Bool,
    weightError: (_ before: TensorID, _ after: TensorID) throws -> Double?
  ) rethrows {
    let tables = PairedTables(
      ModelPairing(before, after), ReportBuilder(before: before, after: before).tables,
      ReportBuilder(before: after, after: after).tables)
    let constants = try tables.constants(
      hasSameData: { hasSameData($0.site, $1.site) },
      weightError: { try weightError($0.site, $1.site) })
    fill(&report, constants, tables.operators)
  }

  private func fill(
    _ report: inout ReportDocument, _ tensors: [ReportDocument.Constant],
    _ operators: [ReportDocument.Operator]
  ) {
    (report.tensors, report.operators) = (tensors, operators)
    report.coverage = coverage(report)
    report.addPorts(before, after)
  }

  typealias Tables = (tensors: [ReportDocument.Constant], operators: [ReportDocument.Operator])

  /// The constants and operators of the file before, with what became of them.
  private var tables: Tables {
    let old = StoredConstant.all(in: before)
    let new = StoredConstant.all(in: after)
    let found = Dictionary(uniqueKeysWithValues: new.map { ($0.id, $0) })
    var sources: Set<TensorID> = []
    let tensors = old.filter { sources.insert($0.source).inserted }
      .map { row(for: $0, moved($0.id).flatMap { found[$0] }) }
    return (tensors, operators(old, found))
  }

  private func row(for old: StoredConstant, _ new: StoredConstant?) -> ReportDocument.Constant {
    let tensor = before[old.source]
    let encoding = new?.encoding ?? old.encoding
    let sparsity = pruning?.sparsity(of: old.id)
    let isChanged = sparsity != nil || log?.hasOtherValues(old.id) ?? false
    return ReportDocument.Constant(
      subgraph: old.source.subgraph, index: old.source.index, name: tensor.label, role: old.role,
      shape: (tensor.shape ?? []).map(Int.init), elements: tensor.elementCount ?? 0,
      before: old.encoding, after: encoding, bytesBefore: old.bytes,
      bytesAfter: new?.bytes ?? 0, statistics: nil,
      reason: encoding == old.encoding && !isChanged
        ? reason(for: old, tensor) : log?.reasons[old.id] ?? log?.wider[old.id],
      hasOtherValues: isChanged,
      sparsity: sparsity,
      clusters: clusters?.weights[old.id].map(ReportDocument.Clusters.init),
      greatestInteger: greatestInteger(of: old.id),
      weightError: log?.errors[old.id],
      reader: moved(old.id) ?? old.id)
  }

  private func reason(for old: StoredConstant, _ tensor: Tensor) -> Reason? {
    guard let log else { return nil }
    if let noted = log.reasons[old.id] { return noted }
    guard tensor.type == .float32 else { return .hasType(tensor.type) }
    let inputs = before.subgraphs[old.source.subgraph].inputs ?? []
    if inputs.contains(Int32(old.source.index)) { return .isInput }
    return before[old.source].sparsity != nil && old.source == old.id ? .isReadSparse : nil
  }

  /// Returns the integer of the greatest value if it is below 127, else nil.
  private func greatestInteger(of id: TensorID) -> Int? {
    guard let weight = plan?.weights[id], weight.isNarrow else { return nil }
    return weight.greatest
  }

  // MARK: Operators

  private func operators(
    _ old: [StoredConstant], _ new: [TensorID: StoredConstant]
  ) -> [ReportDocument.Operator] {
    let stored = Dictionary(uniqueKeysWithValues: old.map { ($0.id, $0) })
    return before.subgraphs.enumerated().flatMap { s, subgraph in
      subgraph.operators.enumerated().compactMap { o, entry -> ReportDocument.Operator? in
        guard !before.kind(of: entry).isDecoder || !decodes(entry, s)
        else { return nil }
        let weights = weights(of: entry, s, stored)
        let weight = weights.max { $0.bytes < $1.bytes }
        let replaced = weight.flatMap { moved($0.id) }.flatMap { new[$0] }
        let first = encoding(of: entry, s, weight)
        let choice = plan?.operators[TensorID(s, entry.outputs?.first { $0 >= 0 } ?? -1)]
        let second =
          choice?.form.integerResult.map { OperatorEncoding(result: $0) }
          ?? encoding(of: entry, s, replaced ?? weight)
        return ReportDocument.Operator(
          subgraph: s, index: o, kind: before.name(of: entry), before: first, after: second,
          reason: choice?.reason ?? (first == second ? reason(for: entry, weights) : nil),
          output: entry.outputs?.first { $0 >= 0 }.map { before[TensorID(s, $0)].label } ?? "",
          weight: weight?.source)
      }
    }
  }

  private func decodes(_ entry: Operator, _ subgraph: Int) -> Bool {
    guard let input = entry.inputs?.first, input >= 0 else { return false }
    return before.data(of: TensorID(subgraph, input)) != nil
  }

  private func weights(
    of entry: Operator, _ subgraph: Int, _ stored: [TensorID: StoredConstant]
  ) -> [StoredConstant] {
    guard let spec = OpSet.spec(for: before.kind(of: entry)) else { return [] }
    let inputs = entry.inputs ?? []
    return inputs.enumerated().compactMap { operand, tensor in
      guard tensor >= 0, isWeight(operand, spec, inputs.count) else { return nil }
      return stored[TensorID(subgraph, tensor)]
    }
  }

  private func isWeight(_ operand: Int, _ spec: OpSpec, _ count: Int) -> Bool {
    spec.role(ofInput: operand, count: count).isWeight
      || spec.hybrid?.weights.contains(operand) == true
  }

  private func encoding(
    of entry: Operator, _ subgraph: Int, _ weight: StoredConstant?
  ) -> OperatorEncoding {
    let output = entry.outputs?.first { $0 >= 0 }
    return OperatorEncoding(
      result: output.map { before[TensorID(subgraph, $0)].type }, weights: weight?.encoding)
  }

  private func reason(for entry: Operator, _ weights: [StoredConstant]) -> Reason? {
    guard let log else { return nil }
    guard !weights.isEmpty else { return .hasNoConstantWeights }
    return weights.lazy.compactMap { log.reasons[$0.id] }.first
  }

  // MARK: Coverage

  private func coverage(_ report: ReportDocument) -> ReportDocument.Coverage {
    var coverage = ReportDocument.Coverage()
    for tensor in report.tensors where tensor.role == .weight && tensor.isConsidered {
      coverage.weightBytesTotal += tensor.bytesBefore
      if tensor.before != tensor.after || tensor.hasOtherValues {
        coverage.weightBytesChanged += tensor.bytesBefore
      }
    }
    let operators = report.operators.filter { $0.presence != .added }
    coverage.operatorsTotal = operators.count
    coverage.operatorsChanged = operators.count { $0.before != $0.after }
    coverage.quantizeOps = .init(
      before: before.count(of: .quantize), after: after.count(of: .quantize))
    coverage.dequantizeOps = .init(
      before: before.count(of: .dequantize), after: after.count(of: .dequantize))
    return coverage
  }
}

extension Model {
  fileprivate func count(of kind: BuiltinOperator) -> Int {
    subgraphs.reduce(0) { total, subgraph in
      total + subgraph.operators.count { self.kind(of: $0) == kind }
    }
  }
}
