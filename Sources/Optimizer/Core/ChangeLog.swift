import TFLite

/// What passes changed in a model, and why other things were left as they are.
package struct ChangeLog: Sendable {
  /// Kinds of operators whose types changed, so that their versions must be determined again.
  package var touchedKinds: Set<BuiltinOperator> = []
  /// Why a constant was left as it is.
  package private(set) var reasons: [TensorID: Reason] = [:]
  /// Why a constant got more bits than asked for, or no blocks.
  package internal(set) var wider: [TensorID: Reason] = [:]
  /// Of weights that became integers where fewer than eight bits were asked for:
  /// √(Σ (value after − before)² ÷ Σ value²).
  package internal(set) var errors: [TensorID: Double] = [:]
  /// Constants that a pass stored in a new form.
  package private(set) var changed: Set<TensorID> = []
  /// The number of such changes; each step that changes a constant counts it again.
  package private(set) var changes = 0
  /// The number of edits of the graph by rules that keep the outputs.
  package var rewrites = 0
  /// For each constant: Σ (value after − before)² ÷ Σ value² × elements, and elements.
  private(set) var valueErrors: [TensorID: (error: Double, elements: Int)] = [:]
  /// Constants whose readers were given an equal one.
  package internal(set) var replaced: [TensorID: TensorID] = [:]
  /// For tensors that hold another form of a tensor of the original model: that tensor.
  var origins: [TensorID: TensorID] = [:]
  /// The new places of tensors after unused ones were removed.
  package internal(set) var moves: TensorMoves?

  /// Whether a pass changed the constant's values while it stays float.
  package func hasOtherValues(_ id: TensorID) -> Bool { valueErrors[id] != nil }

  /// Whether there are constants that stay float with other values.
  var hasOtherValues: Bool { !valueErrors.isEmpty }

  /// √ of the relative squared error of all weights whose values changed, averaged over elements.
  package var weightError: Double {
    let all = valueErrors.sorted { $0.key < $1.key }
    let elements = all.reduce(0) { $0 + $1.value.elements }
    let error = all.reduce(0.0) { $0 + $1.value.error }
    return elements > 0 ? (error / Double(elements)).squareRoot() : 0
  }

  /// Counts a constant that a pass stores in a new form.
  mutating func countChange(of id: TensorID) {
    changed.insert(id)
    changes += 1
    reasons[id] = nil
  }

  /// Counts a constant that stays float with other values.
  mutating func changeValues(of id: TensorID, relativeError: Double, elements: Int) {
    countChange(of: id)
    valueErrors[id, default: (0, elements)].error += relativeError * Double(elements)
  }

  /// Returns Σ (new − old)² ÷ Σ old².
  static func relativeError(
    of new: some Sequence<Float>, to old: some Sequence<Float>
  ) -> Double {
    var (error, size) = (0.0, 0.0)
    for (a, b) in zip(new, old) {
      let (a, b) = (Double(a), Double(b))
      error += (a - b) * (a - b)
      size += b * b
    }
    return size > 0 ? error / size : 0
  }

  /// Notes why a constant is left as it is; the first reason counts.
  mutating func note(_ id: TensorID, _ reason: Reason) {
    if reasons[id] == nil { reasons[id] = reason }
  }

  mutating func forgetReason(of id: TensorID) { reasons[id] = nil }
}
