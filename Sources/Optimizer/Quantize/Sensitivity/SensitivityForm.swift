import TFLite

/// The integers of one operator among floats: those of its activations and of its weights.
package struct SensitivityForm: Hashable, Sendable {
  package let mode: IntegerMode
  private let bits: WeightBits
  /// Whether activations stay float.
  package let isOfWeights: Bool

  /// Int8; int16 activations; int8 with weights of four bits where kernels take them.
  package static let standard = [
    Self(.int8, .eight), Self(.int16x8, .eight), Self(.int8, .four),
  ]
  /// What a mixed model is made of.
  package static let all =
    standard + [
      Self(.int16x8, .four), Self(.int8, .eight, isOfWeights: true),
      Self(.int8, .four, isOfWeights: true),
    ]

  private init(_ mode: IntegerMode, _ bits: WeightBits, isOfWeights: Bool = false) {
    (self.mode, self.bits, self.isOfWeights) = (mode, bits, isOfWeights)
  }

  /// Whether the weights have four bits.
  package var isNarrow: Bool { bits != .eight }

  /// As `quantize` says it: the mode, and the type of weights that are not int8.
  package var name: String {
    let activations = isOfWeights ? "weights-only" : mode.rawValue
    return isNarrow ? "\(activations)/\(bits.type)" : activations
  }

  /// The form of operators; the weights' bits apart.
  var form: OperatorForm { isOfWeights ? .weightsOnly : OperatorForm(mode) }

  /// The options with which an integer model has the form everywhere.
  var options: IntegerOptions {
    var options = IntegerOptions(mode: mode)
    options.weights = bits
    // The searches would choose for the sum of all operators.
    options.effort = 1
    return options
  }
}

/// What an operator loses at the outputs where it alone computes with integers.
package struct OperatorSensitivity: Sendable {
  /// The operator's index in the input model.
  package let index: Int
  package let kind: String
  /// The label of its first output.
  package let output: String
  /// Elements of its weights; 0 where an earlier operator reads the same.
  package let weights: Int
  /// The index of the first operator that reads the same weights; its own without weights.
  package let owner: Int
  package let multiplications: Int
  /// By form: Σ error² ÷ Σ signal² of the worst output; nil where kernels do not take it.
  package let noises: [Double?]

  /// What it loses in the form in which it loses most.
  package var worst: Double { noises.compactMap(\.self).max() ?? 0 }
}

/// The sensitivities of a model's operators, in their order.
package struct Sensitivities: Sendable {
  /// The subgraph that ran.
  package let subgraph: Int
  package let forms: [SensitivityForm]
  package let operators: [OperatorSensitivity]
  /// Of the main subgraph: operators without a form are among them.
  package let weights: Int
  package let multiplications: Int
  package let samples: Int
}
