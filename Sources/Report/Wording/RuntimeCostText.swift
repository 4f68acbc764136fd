import Optimizer

extension ReportDocument {
  /// What the asked runtime cost as a clause, or nil without a request.
  var runtimeCostText: String? {
    guard let cost = runtimeCost else { return nil }
    func count(_ number: Int, _ one: String, _ many: String) -> String? {
      number == 0 ? nil : number == 1 ? "1 \(one)" : "\(number) \(many)"
    }
    let operators = operators.count { $0.isTooNew }
    let floats = operators == 0 ? tensors.count { $0.isTooNew } : operators
    let kind = operators == 0 ? "tensor" : "operator"
    let parts = [
      count(
        cost.coarser.count, "weight has one scale instead of one for each channel",
        "weights have one scale instead of one for each channel"),
      count(
        cost.decoded.count, "weight is decoded to floats when the model runs",
        "weights are decoded to floats when the model runs"),
      count(floats, "\(kind) stays float", "\(kind)s stay float"),
    ].compactMap(\.self)
    return "for \(cost.wanted): \(parts.isEmpty ? "costs nothing" : parts.joined(separator: ", "))"
  }
}

extension ReportDocument.Constant {
  fileprivate var isTooNew: Bool { reason?.isOfRuntime == true }
}

extension ReportDocument.Operator {
  fileprivate var isTooNew: Bool { reason?.isOfRuntime == true }
}

extension Reason {
  fileprivate var isOfRuntime: Bool {
    if case .needsRuntime = self { true } else { false }
  }
}
