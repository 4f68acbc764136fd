import Optimizer

extension ReportDocument {
  /// What the asked runtime cost as a clause, or nil without a request.
  var runtimeCostText: String? {
    guard let cost = runtimeCost else { return nil }
    let (coarser, decoded) = (cost.concessions.coarser.count, cost.concessions.decoded.count)
    let operators = operators.count { $0.isTooNew }
    let floats = operators == 0 ? tensors.count { $0.isTooNew } : operators
    func clause(_ count: Int, _ noun: String, _ one: String, _ several: String) -> String? {
      count == 0 ? nil : "\(Numbers.counted(count, noun)) \(count == 1 ? one : several)"
    }
    let parts = [
      clause(
        coarser, "weight", "has one scale instead of one for each channel",
        "have one scale instead of one for each channel"),
      clause(
        decoded, "weight", "is decoded to floats when the model runs",
        "are decoded to floats when the model runs"),
      clause(
        cost.concessions.wider.count, "weight", "has more bits than asked for, or no blocks",
        "have more bits than asked for, or no blocks"),
      clause(floats, operators == 0 ? "tensor" : "operator", "stays float", "stay float"),
    ].compactMap(\.self)
    return "for \(cost.wanted): \(parts.isEmpty ? "costs nothing" : parts.joined(separator: ", "))"
  }
}

extension ReportDocument.Constant {
  fileprivate var isTooNew: Bool { before == after && reason?.isOfRuntime == true }
}

extension ReportDocument.Operator {
  fileprivate var isTooNew: Bool { reason?.isOfRuntime == true }
}

extension Reason {
  fileprivate var isOfRuntime: Bool {
    if case .needsRuntime = self { true } else { false }
  }
}
