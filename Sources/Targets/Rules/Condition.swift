import OpSet
import TFLite

/// What an operator must fulfil; says what stands in the way.
struct Condition: Sendable {
  let obstacle: @Sendable (OperatorView) -> Obstacle?

  init(_ obstacle: @escaping @Sendable (OperatorView) -> Obstacle?) { self.obstacle = obstacle }

  /// Fails with `obstacle` unless the predicate holds.
  init(_ obstacle: Obstacle, _ holds: @escaping @Sendable (OperatorView) -> Bool) {
    self.obstacle = { holds($0) ? nil : obstacle }
  }
}

extension Condition {
  // MARK: Constants

  static func constant(_ index: Int, _ part: Obstacle.Part) -> Condition {
    Condition { view in
      guard let operand = view.input(index) else { return nil }
      return operand.isConstant ? nil : .notConstant(part)
    }
  }

  /// The list has elements.
  static func listed(_ index: Int, _ part: Obstacle.Part) -> Condition {
    Condition { view in view.input(index)?.count == 0 ? .missing(part) : nil }
  }

  /// The value follows from constants and shapes.
  static func known(_ index: Int, _ part: Obstacle.Part) -> Condition {
    Condition { view in
      guard let operand = view.input(index) else { return nil }
      return operand.isKnown ? nil : .notConstant(part)
    }
  }

  static let constantWeights = Condition { view in
    view.weights.allSatisfy(\.isConstant) ? nil : .notConstant(.filter)
  }

  static let constantBias = Condition { view in
    view.bias.map(\.isConstant) ?? true ? nil : .notConstant(.bias)
  }

  static let hasBias = Condition { view in view.bias == nil ? .missing(.bias) : nil }

  static func notConstant(_ index: Int) -> Condition {
    Condition { view in view.input(index)?.isConstant == true ? .isConstant(.input) : nil }
  }

  // MARK: Shapes

  static let staticShapes = Condition { view in
    (view.inputs.compactMap { $0 } + view.outputs).contains(where: \.isDynamic)
      ? .dynamicShape : nil
  }

  static let resultsNotEmpty = Condition { view in
    view.outputs.contains { $0.count == 0 } ? .empty : nil
  }

  /// Intermediate tensors have no elements.
  static let noIntermediates = Condition { view in
    view.intermediates.contains { $0.count > 0 } ? .variant : nil
  }

  static let notEmpty = Condition { view in
    view.dataInputs.contains { $0.count == 0 } ? .empty : nil
  }

  static func rank(atMost most: Int) -> Condition {
    Condition { view in
      let rank = (view.inputs.compactMap { $0 } + view.outputs).map(\.shape.count).max() ?? 0
      return rank > most ? .exceeds(.rank, rank, most) : nil
    }
  }

  static func dataRank(_ ranks: ClosedRange<Int>) -> Condition {
    Condition { view in
      guard let rank = view.dataInputs.first?.shape.count else { return nil }
      if rank > ranks.upperBound { return .exceeds(.rank, rank, ranks.upperBound) }
      return rank < ranks.lowerBound ? .below(.rank, rank, ranks.lowerBound) : nil
    }
  }

  /// All but the innermost three dimensions are 1.
  static let threeDimensions = Condition { view in
    for operand in view.data where operand.shape.dropLast(3).contains(where: { $0 != 1 }) {
      return .exceeds(.batch, operand.shape.dropLast(3).reduce(1, *), 1)
    }
    return nil
  }

  static func inputs(_ counts: ClosedRange<Int>) -> Condition {
    Condition { view in
      let count = view.inputs.compactMap { $0 }.count
      if count > counts.upperBound { return .exceeds(.inputs, count, counts.upperBound) }
      return count < counts.lowerBound ? .below(.inputs, count, counts.lowerBound) : nil
    }
  }

  static func outputs(_ counts: ClosedRange<Int>) -> Condition {
    Condition { view in
      let count = view.outputs.count
      if count > counts.upperBound { return .exceeds(.outputs, count, counts.upperBound) }
      return count < counts.lowerBound ? .below(.outputs, count, counts.lowerBound) : nil
    }
  }

  // MARK: Types

  static func weights(_ types: [TensorType]) -> Condition {
    Condition { view in
      view.weights.first { !types.contains($0.type) }.map { .type(.filter, $0.type) }
    }
  }

  static func input(_ index: Int, _ part: Obstacle.Part, in types: [TensorType]) -> Condition {
    Condition { view in
      guard let operand = view.input(index) else { return nil }
      return types.contains(operand.type) ? nil : .type(part, operand.type)
    }
  }

  static func bias(in types: [TensorType]) -> Condition {
    Condition { view in
      view.bias.flatMap { types.contains($0.type) ? nil : .type(.bias, $0.type) }
    }
  }

  static let dense = Condition { view in
    view.inputs.compactMap { $0 }.contains(where: \.isSparse) ? .sparse : nil
  }

  static func version(atMost most: Int32) -> Condition {
    Condition { view in
      view.version > most ? .exceeds(.version, Int(view.version), Int(most)) : nil
    }
  }

  static func not(version: Int32) -> Condition {
    Condition { view in
      view.version == version ? .exceeds(.version, Int(version), Int(version) - 1) : nil
    }
  }

  // MARK: Options

  /// The names of fused activations, by code (schema: ActivationFunctionType).
  private static let activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]

  /// `keys` are those of the tables that have an activation.
  static func activation(_ allowed: String) -> Condition {
    let names = Set(allowed.split(separator: " ").map(String.init))
    return Condition { view in
      guard let options = view.options else { return nil }
      for key in FusedKeys.all {
        guard let code = options[key] else { continue }
        let name =
          activations.indices.contains(Int(code)) ? activations[Int(code)] : "\(code)"
        return names.contains(name) ? nil : .fusedActivation(name)
      }
      return nil
    }
  }

  static func option(_ key: OptionKey<Bool>, _ name: String, is wanted: Bool) -> Condition {
    Condition { view in (view.options?[key] ?? false) == wanted ? nil : .option(name) }
  }

  static func option(_ key: OptionKey<Int8>, _ name: String, is wanted: Int8) -> Condition {
    Condition { view in (view.options?[key] ?? 0) == wanted ? nil : .option(name) }
  }

  static let unitBeta = Condition { view in
    (view.options?[Softmax.beta] ?? 1) == 1 ? nil : .option("beta")
  }
}

/// The option fields of fused activations.
private enum FusedKeys {
  static let all: [OptionKey<Int8>] = [
    Conv2D.activation, DepthwiseConv2D.activation, TransposeConv.activation,
    FullyConnected.activation, Pool2D.activation, AddOptions.activation, SubOptions.activation,
    MulOptions.activation, DivOptions.activation, Concatenation.activation,
    OptionKey("L2NormOptions", "fused_activation_function"),
  ]
}
