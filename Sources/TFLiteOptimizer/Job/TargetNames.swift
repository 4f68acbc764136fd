import Optimizer
import Targets

/// Targets by the names that users give.
package enum TargetNames {
  /// Each text has one name or several with commas between. Throws for none, and for an unknown one.
  package static func targets(_ texts: [String]) throws(UsageFault) -> [Target] {
    let known = Target.all.map(\.name)
    let names = texts.flatMap { $0.split(separator: ",").map { String($0) } }
    guard !names.isEmpty else {
      throw UsageFault("no target given", help: "targets: \(known.joined(separator: ", "))")
    }
    var targets: [Target] = []
    for name in names {
      guard let target = Target.named(name) else {
        let meant = closest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw UsageFault(
          "unknown target '\(name)'" + meant, help: "targets: \(known.joined(separator: ", "))")
      }
      if !targets.contains(where: { $0.name == name }) { targets.append(target) }
    }
    return targets
  }
}
