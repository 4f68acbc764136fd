import TFLite

/// One weight matrix of a gate: one scale for the tensor.
private let weight = Role.weight(channelAxis: nil)

/// Inputs 0 to 23 of the full kernel; gates in the order input, forget, cell, output. Lists of 20
/// end before the layer norm; operands that a variant lacks are −1.
///
/// Int8: peephole and layer norm become int16; the projection's bias is scaled by intermediate 4.
/// With layer norm a gate's bias is scaled by its coefficient's scale × 2^−10. The output state has
/// the parameters of output 0; the cell state is int16 with a power of two as scale.
private let fullKernel: [Role] = [
  .activation,
  weight, weight, weight, weight,  // input to gate
  weight, weight, weight, weight,  // recurrent
  .parameter, .parameter, .parameter,  // peephole: input, forget, output
  .bias(input: 0, weight: 1), .bias(input: 0, weight: 2),
  .bias(input: 0, weight: 3), .bias(input: 0, weight: 4),
  weight, .biasOfIntermediate(4, weight: 16),  // projection
  .state, .state,  // output, cell
  .parameter, .parameter, .parameter, .parameter,  // layer norm
]

/// The basic kernel: input, previous output, weights, bias, previous state.
private let basicKernel: [Role] = [
  .activation, .state, weight, .bias(input: 0, weight: 2), .state,
]

/// Inputs 0 to 47 of the bidirectional kernel, which is float or hybrid: the input, the operands of
/// both directions, four states, the auxiliary input and its eight weights.
private let bidirectionalKernel: [Role] =
  ([
    [.activation], direction(firstWeight: 1), direction(firstWeight: 18),
    [.state, .state, .state, .state], [.activation], Array(repeating: weight, count: 8),
  ] as [[Role]]).flatMap { $0 }

private func direction(firstWeight: Int) -> [Role] {
  let weights = Array(repeating: weight, count: 8)
  let peephole: [Role] = [.parameter, .parameter, .parameter]
  let biases: [Role] = (0..<4).map { .bias(input: 0, weight: firstWeight + $0) }
  // The projection's bias is added in float.
  return weights + peephole + biases + [weight, .parameter]
}

/// Peephole weights count: the hybrid kernel takes them as int8.
private let hybridWeights: [Int] = Array(1...11) + [16]

private let bidirectionalHybridWeights: [Int] =
  Array(1...11) + [16] + Array(18...28) + [33] + Array(40...47)

private let fullOperands = Operands(
  fullKernel, alternative: Operands.Alternative(count: 5, roles: basicKernel))

private let int8Traps: [Trap] = [
  Trap(.int8, "all five intermediates must exist, and the bias types follow the 8x8_16 scheme"),
  Trap(.int8, "an LSTM of five inputs has no int8 kernel"),
]

extension OpSpec {
  static let lstm = OpSpec(
    "LSTM", fullOperands,
    scale: .free, modes: .int8, traps: int8Traps,
    hybrid: HybridRule(
      weights: hybridWeights, .perTensor, asymmetric: LSTM.asymmetricInputs, allOrNothing: true,
      leastInputs: 20),
    versions: [
      // The converter says 5, which no runtime registers.
      .version(
        4, if: .option(LSTM.kernelType, is: 0), .input(0, .int16), .input(2, .int8),
        .output(0, .int16)),
      .version(
        4, if: .option(LSTM.kernelType, is: 0), .hybridLSTM, .isSet(LSTM.asymmetricInputs)),
      .version(3, if: .option(LSTM.kernelType, is: 0), .hybridLSTM),
      .version(2, if: .option(LSTM.kernelType, is: 1)),
      .otherwise(1),
    ],
    runtimes: "1:1.7.0 2:1.10.0 3:1.14.0 4:2.3.0", kernel: .lstm,
    gradient: .lstm)

  static let unidirectionalSequenceLSTM = OpSpec(
    "UNIDIRECTIONAL_SEQUENCE_LSTM", Operands(fullKernel),
    scale: .free, modes: .int8, traps: Array(int8Traps.prefix(1)),
    hybrid: HybridRule(
      weights: hybridWeights, .perTensor, asymmetric: UnidirectionalSequenceLSTM.asymmetricInputs,
      allOrNothing: true, leastInputs: 20),
    versions: [
      // The converter says 5, which no runtime registers.
      .version(4, if: .input(0, .int16), .input(2, .int8), .output(0, .int16)),
      .version(4, if: .isSet(UnidirectionalSequenceLSTM.diagonalRecurrentTensors)),
      .version(3, if: .hybridLSTM, .isSet(UnidirectionalSequenceLSTM.asymmetricInputs)),
      .version(2, if: .hybridLSTM),
      .otherwise(1),
    ],
    runtimes: "1:1.13.1 2:1.14.0 3:2.3.0 4:2.12.0", reference: .upTo(3),
    kernel: .unidirectionalSequenceLSTM,
    gradient: .unidirectionalSequenceLSTM)

  static let bidirectionalSequenceLSTM = OpSpec(
    "BIDIRECTIONAL_SEQUENCE_LSTM", Operands(bidirectionalKernel),
    hybrid: HybridRule(
      weights: bidirectionalHybridWeights, .perTensor,
      asymmetric: BidirectionalSequenceLSTM.asymmetricInputs, allOrNothing: true, leastInputs: 48),
    versions: .hybrid(2, asymmetric: 3, BidirectionalSequenceLSTM.asymmetricInputs),
    runtimes: "1:1.14.0 2:1.14.0 3:1.14.0", kernel: .bidirectionalSequenceLSTM,
    gradient: .bidirectionalSequenceLSTM)
}

extension VersionCondition {
  /// Input 1 may be missing, with a coupled input gate, so input 2 decides.
  fileprivate static let hybridLSTM = Self { signature in
    signature.input(0)?.type == .float32 && signature.input(2)?.type == .int8
      && signature.output(0)?.type == .float32
  }
}
