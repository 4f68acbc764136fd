import TFLite

extension OpSpec {
  /// Input, feature weights, time weights, bias, activation state.
  ///
  /// Int8: time weights are int16 in −512 to 512, the state is int16. Hybrid: both are int8.
  static let svdf = OpSpec(
    "SVDF",
    [
      .activation, .weight(channelAxis: nil), .weight(channelAxis: nil),
      .bias(input: 4, weight: 2), .state,
    ],
    scale: .free, modes: .int8,
    hybrid: HybridRule(
      weights: [1, 2], .perTensor, asymmetric: SVDF.asymmetricInputs, allOrNothing: true,
      leastInputs: 5),
    versions: [
      .version(3, if: .input(0, .int8)),
      .version(4, if: .hybrid, .isSet(SVDF.asymmetricInputs)),
      .version(2, if: .hybrid),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.14.0 3:2.2.0 4:2.3.0", kernel: .svdf,
    gradient: .svdf)
}
