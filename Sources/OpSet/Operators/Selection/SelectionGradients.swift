import TFLite

extension OpGradient {
  /// The operand that was chosen gets the gradient.
  static let selectV2 = OpGradient { step in
    let inputs = try (0..<3).map { try step.input($0) }
    try step.addChosen(try BroadcastPlan(inputs.map(\.shape)))
  }

  /// A condition of one dimension chooses rows.
  static let select = OpGradient { step in
    let (condition, chosen) = (try step.input(0), try step.input(1))
    var shape = condition.shape
    if condition.rank == 1, chosen.rank > 1 {
      shape += Array(repeating: 1, count: chosen.rank - 1)
    }
    try step.addChosen(try BroadcastPlan([shape, chosen.shape, try step.input(2).shape]))
  }

  /// The elements that were found get the gradients of their places.
  static let topK = OpGradient { step in
    let (input, output) = (try step.input(0), try step.output())
    guard let gradient = step.gradient(0), step.outputs.count > 1, let places = step.outputs[1],
      let count = output.shape.last, let width = input.shape.last
    else { return }
    for index in 0..<output.count {
      gradient[index / count &* width &+ (places.integer(index) ?? 0)] +=
        step.outputGradient[index]
    }
  }
}

extension GradientStep {
  fileprivate func addChosen(_ plan: BroadcastPlan) throws {
    let mask = try input(0).pointer(UInt8.self)
    let (steps, given) = (plan.steps, outputGradient)
    plan.walk(0..<plan.pieces) { offsets, count in
      for operand in 1...2 {
        guard let target = gradient(operand) else { continue }
        for index in 0..<count {
          let isChosen = mask[offsets[0] &+ index &* steps[0]] != 0
          if isChosen == (operand == 1) {
            target[offsets[operand] &+ index &* steps[operand]] += given[offsets[3] &+ index]
          }
        }
      }
    }
  }
}
