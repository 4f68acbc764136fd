import TFLite

/// Looks for rules that make a target refuse less of one operator. What a rule makes may be refused too, as
/// long as rules for that are found in turn.
struct TargetSearch {
  let aim: TargetAim
  let rules: [any TargetRule.Type]

  /// Rules behind one another: a custom operator becomes TRANSPOSE_CONV, that a convolution with
  /// DEPTH_TO_SPACE, and that slices.
  private static let mostSteps = 3

  /// One rule, and the subgraph before and after it.
  struct Step {
    let rule: any TargetRule.Type
    let before: GraphEditor
    let after: GraphEditor
  }

  struct Replacement {
    var editor: GraphEditor
    /// The weights of the operators that the target refuses, by their first results.
    var refused: [Int32: Int]
    var steps: [Step]
  }

  /// Returns nil if no rule lessens what is refused.
  func replacement(
    of result: Int32, _ editor: GraphEditor, _ refused: [Int32: Int], steps: Int = mostSteps
  ) throws -> Replacement? {
    guard let index = editor.producer(of: result)?.index, !editor.isExcluded(index) else {
      return nil
    }
    var trials: [Trial] = []
    for rule in rules where rule.kinds.contains(editor.kind(index)) {
      var trial = editor
      guard try rule.init().rewrite(index, &trial) else { continue }
      trial.sweep()
      trials.append(self.trial(of: Step(rule: rule, before: editor, after: trial), refused))
      // What one rule can do needs no second one.
      if let last = trials.last, last.weight < last.lost { return last.replacement }
    }
    guard steps > 1 else { return nil }
    for var trial in trials {
      for next in trial.made.keys.sorted() {
        let now = trial.replacement
        guard now.refused[next] != nil,
          let more = try replacement(of: next, now.editor, now.refused, steps: steps - 1)
        else { continue }
        trial.add(more)
      }
      if trial.weight < trial.lost { return trial.replacement }
    }
    return nil
  }

  /// What a rule and those behind it give.
  private struct Trial {
    var replacement: Replacement
    /// The weights of refused operators that were made.
    var made: [Int32: Int]
    /// The weight of those that went.
    let lost: Int

    var weight: Int { made.values.reduce(0, +) }

    mutating func add(_ more: Replacement) {
      let before = replacement.refused
      for tensor in before.keys where more.refused[tensor] == nil { made[tensor] = nil }
      for (tensor, weight) in more.refused where before[tensor] == nil { made[tensor] = weight }
      replacement = Replacement(
        editor: more.editor, refused: more.refused, steps: replacement.steps + more.steps)
    }
  }

  private func trial(of step: Step, _ refused: [Int32: Int]) -> Trial {
    let gone = step.before.operators(notIn: step.after)
      .compactMap { step.before.operators[$0].outputs?.first }
    let made = aim.weights(step.after.operators(notIn: step.before), step.after)
    var left = refused
    for tensor in gone { left[tensor] = nil }
    left.merge(made) { $1 }
    return Trial(
      replacement: Replacement(editor: step.after, refused: left, steps: [step]), made: made,
      lost: gone.reduce(0) { $0 + (refused[$1] ?? 0) })
  }
}

extension GraphEditor {
  /// Returns the operators that another state of the subgraph does not have.
  func operators(notIn other: GraphEditor) -> [Int] {
    let (own, others) = (operators, other.operators)
    let least = min(own.count, others.count)
    // Rewrites change a few neighbours.
    var front = 0
    while front < least, own[front] == others[front] { front += 1 }
    var back = 0
    while back < least - front, own[own.count - 1 - back] == others[others.count - 1 - back] {
      back += 1
    }
    let makers = others[front..<others.count - back].reduce(into: [Int32: Operator]()) {
      if let result = $1.outputs?.first { $0[result] = $1 }
    }
    return (front..<own.count - back).filter { index in
      guard let result = own[index].outputs?.first, result >= 0 else { return true }
      return makers[result] != own[index]
    }
  }
}
