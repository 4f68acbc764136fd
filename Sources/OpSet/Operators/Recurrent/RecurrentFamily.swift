extension OperatorFamily {
  /// Networks with a state that goes from step to step.
  static let recurrent = OperatorFamily(
    "Recurrent",
    [
      .lstm, .unidirectionalSequenceLSTM, .bidirectionalSequenceLSTM, .rnn,
      .unidirectionalSequenceRNN, .bidirectionalSequenceRNN, .svdf,
    ])
}
