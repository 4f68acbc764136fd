import TFLite

private let weight = Role.weight(channelAxis: nil)

/// Input, input weights, recurrent weights, bias, hidden state.
private let oneDirection: Operands = [
  .activation, weight, weight, .bias(input: 0, weight: 1), .state,
]

/// Forward and backward operands, then the auxiliary input and its weights.
private let twoDirections: Operands = [
  .activation,
  weight, weight, .bias(input: 0, weight: 1), .state,
  weight, weight, .bias(input: 0, weight: 5), .state,
  .activation, weight, weight,
]

extension OpSpec {
  static let rnn = OpSpec(
    "RNN", oneDirection,
    hybrid: HybridRule(
      weights: [1, 2], .perTensor, asymmetric: RNN.asymmetricInputs, allOrNothing: true,
      leastInputs: 5),
    versions: .hybrid(2, asymmetric: 3, RNN.asymmetricInputs),
    runtimes: "1:1.5.0 2:1.14.0 3:2.3.0", kernel: .rnn,
    gradient: .rnn)

  static let unidirectionalSequenceRNN = OpSpec(
    "UNIDIRECTIONAL_SEQUENCE_RNN", oneDirection,
    hybrid: HybridRule(
      weights: [1, 2], .perTensor, asymmetric: SequenceRNN.asymmetricInputs, allOrNothing: true,
      leastInputs: 5),
    versions: .hybrid(2, asymmetric: 3, SequenceRNN.asymmetricInputs),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0", kernel: .unidirectionalSequenceRNN,
    gradient: .unidirectionalSequenceRNN)

  /// The converter never quantizes it; its hybrid kernel is not verified.
  static let bidirectionalSequenceRNN = OpSpec(
    "BIDIRECTIONAL_SEQUENCE_RNN", twoDirections,
    versions: .hybrid(2, asymmetric: 3, BidirectionalSequenceRNN.asymmetricInputs),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0", kernel: .bidirectionalSequenceRNN,
    gradient: .bidirectionalSequenceRNN)
}
