import KernelTable
import TFLite

extension OpGradient {
  /// One step; the basic kernel has a gradient of its own.
  static let lstm = OpGradient { step in
    if step.option(LSTM.kernelType) == 1 { return try step.addBasicLSTM() }
    let options = LSTMOptions(
      activation: try CellActivation.function(step.option(LSTM.activation)),
      cellClip: step.option(LSTM.cellClip), projectionClip: step.option(LSTM.projectionClip),
      isAsymmetric: false, isTimeMajor: true)
    try step.addLSTM(options)
  }

  static let unidirectionalSequenceLSTM = OpGradient { step in
    typealias Keys = UnidirectionalSequenceLSTM
    let options = LSTMOptions(
      activation: try CellActivation.function(step.option(Keys.activation)),
      cellClip: step.option(Keys.cellClip), projectionClip: step.option(Keys.projectionClip),
      isAsymmetric: false, isTimeMajor: step.option(Keys.timeMajor))
    try step.addLSTM(options)
  }

  static let bidirectionalSequenceLSTM = OpGradient { step in
    typealias Keys = BidirectionalSequenceLSTM
    let options = LSTMOptions(
      activation: try CellActivation.function(step.option(Keys.activation)),
      cellClip: step.option(Keys.cellClip), projectionClip: step.option(Keys.projectionClip),
      isAsymmetric: false, isTimeMajor: step.option(Keys.timeMajor))
    let isMerged = step.option(Keys.mergeOutputs)
    let sources = step.bidirectionalSources(auxiliary: 39, auxiliaryWeights: 41)
    let directions = [
      (LSTMOperands.forward, sources.forward, false), (.backward, sources.backward, true),
    ]
    for (operands, source, isBackward) in directions {
      let width = try step.input(operands.recurrentWeights + 3).size(-1)
      guard
        let rows = try step.rows(isBackward: isBackward, isMerged: isMerged, width: width)
      else { continue }
      let gradient = try LSTMGradient(
        step, operands, options, sources: source.map { ($0.input, $0.weights(operands)) },
        output: rows, isBackward: isBackward)
      gradient.add()
    }
  }
}

/// The rows of an output that one direction gives, and their gradients.
struct OutputGradientRows {
  let values: UnsafePointer<Float>
  let gradients: UnsafePointer<Float>
  let stride: Int
}

/// An input of one direction: the main one, or the auxiliary one with weights of its own.
struct DirectionSource {
  let input: Int
  let isAuxiliary: Bool

  func weights(_ operands: LSTMOperands) -> Int {
    isAuxiliary ? operands.auxiliaryWeights ?? operands.inputWeights : operands.inputWeights
  }
}

extension GradientStep {
  fileprivate func addLSTM(_ options: LSTMOptions) throws {
    let output = try output()
    let rows = OutputGradientRows(
      values: output.floats, gradients: outputGradient, stride: output.size(-1))
    let gradient = try LSTMGradient(
      self, .full, options, sources: [(0, LSTMOperands.full.inputWeights)], output: rows,
      isBackward: false)
    gradient.add()
  }

  /// As `BidirectionalInputs`.
  func bidirectionalSources(
    auxiliary: Int, auxiliaryWeights: Int
  ) -> (forward: [DirectionSource], backward: [DirectionSource]) {
    let main = DirectionSource(input: 0, isAuxiliary: false)
    guard optionalInput(auxiliary) != nil else { return ([main], [main]) }
    if optionalInput(auxiliaryWeights) == nil {
      return ([main], [DirectionSource(input: auxiliary, isAuxiliary: false)])
    }
    let both = [main, DirectionSource(input: auxiliary, isAuxiliary: true)]
    return (both, both)
  }

  /// Returns the rows of a direction, of `width` floats; nil where they have no gradient.
  func rows(isBackward: Bool, isMerged: Bool, width: Int) throws -> OutputGradientRows? {
    if isMerged {
      let output = try output()
      let stride = output.size(-1)
      let offset = isBackward ? stride - width : 0
      return OutputGradientRows(
        values: output.floats + offset, gradients: outputGradient + offset, stride: stride)
    }
    let index = isBackward ? 1 : 0
    guard outputs.indices.contains(index), let value = outputs[index],
      let gradient = outputGradients[index]
    else { return nil }
    return OutputGradientRows(values: value.floats, gradients: gradient, stride: width)
  }

  /// Returns the operand, which must be float.
  func float(_ index: Int) throws -> UnsafeMutablePointer<Float>? {
    guard let value = optionalInput(index) else { return nil }
    guard value.type == .float32 else {
      throw OperatorFault.unsupported("there is no gradient for weights of type \(value.type)")
    }
    return value.floats
  }
}
