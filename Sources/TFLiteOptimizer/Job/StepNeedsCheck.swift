import Optimizer

extension JobRun {
  /// Throws unless a step can use statistics on samples of several signatures.
  package static func checkSignatures(of steps: [any Step]) throws(UsageFault) {
    guard steps.contains(where: \.needs.usesStatistics) else {
      throw UsageFault("samples of several signatures are only for modes 'int8' and 'int16x8'")
    }
    for case .refused(let fault) in steps.map(\.needs.statistics) { throw UsageFault(fault) }
  }

  /// Throws if a step lacks something that it needs, or if something is given that no step can use.
  package static func check(
    _ steps: [any Step], hasSamples: Bool, hasStatistics: Bool
  ) throws(UsageFault) {
    let needs = steps.map(\.needs)
    let calibrated = needs.filter(\.usesStatistics)
    if hasStatistics {
      guard !calibrated.isEmpty else {
        throw UsageFault("--calibration belongs to modes 'int8' and 'int16x8'")
      }
      for case .refused(let fault) in needs.map(\.statistics) { throw UsageFault(fault) }
    }
    guard !hasSamples else { return }
    // Statistics replace samples for the steps that accept statistics.
    let given = hasStatistics ? [] : calibrated
    let needy = given + needs.filter { !$0.usesStatistics }
    if let fault = needy.lazy.compactMap(\.samples).first { throw UsageFault(fault) }
  }
}
