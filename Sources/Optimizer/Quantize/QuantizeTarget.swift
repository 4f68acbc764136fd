import TFLite
import Targets

extension QuantizeStep {
  /// Takes a target by its name. Without a mode, it is the target's best one.
  mutating func aim(at name: String) throws(StepFault) {
    let target = try Target(given: name)
    if !hasMode, plan == nil, let mode = target.forms.modes.first.flatMap(Mode.init) {
      self = Self(mode: mode)
    }
    self.target = target
  }

  /// Chooses what the target takes where nothing was asked for. Throws for a mode that it does not
  /// compute in.
  mutating func takeForms(of target: Target?) throws(StepFault) {
    guard let target else { return }
    let forms = target.forms
    guard forms.modes.contains(mode.rawValue) else {
      throw StepFault(
        "target '\(target.name)' does not compute in mode '\(mode.rawValue)'",
        help: "modes: \(forms.modes.joined(separator: ", "))")
    }
    guard var options = integer else { return }
    if forms.hasIntegerBorders, options.io.standard == nil {
      options.io.standard = options.mode == .int8 ? .int8 : .int16
    }
    for rule in forms.perTensor.map(Selection.Rule.init)
    where !options.isPerTensor && !options.perTensor.contains(rule) {
      options.perTensor.append(rule)
    }
    integer = options
  }
}

extension Target {
  /// Returns the target of a name that the user gave.
  package init(given name: String) throws(StepFault) {
    guard let target = Target.named(name) else {
      let names = Target.all.map(\.name)
      throw StepFault(
        "unknown target '\(name)'" + suggestion(for: name, among: names),
        help: "targets: \(names.joined(separator: ", "))")
    }
    self = target
  }
}
