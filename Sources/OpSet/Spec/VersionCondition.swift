import TFLite

/// A condition of a version row. An operand that is missing has no type and no shape; options that
/// are missing are zero, as in the runtime.
package struct VersionCondition: Sendable {
  let holds: @Sendable (OperatorSignature) -> Bool

  init(_ holds: @escaping @Sendable (OperatorSignature) -> Bool) { self.holds = holds }
}

/// Types.
extension VersionCondition {
  /// The input has one of the types.
  static func input(_ index: Int, _ types: TensorType...) -> Self {
    Self { signature in signature.input(index).map { types.contains($0.type) } ?? false }
  }

  static func output(_ index: Int, _ types: TensorType...) -> Self {
    Self { signature in signature.output(index).map { types.contains($0.type) } ?? false }
  }

  static func inputOrOutput(_ types: TensorType...) -> Self {
    Self { signature in
      [signature.input(0), signature.output(0)].contains { operand in
        operand.map { types.contains($0.type) } ?? false
      }
    }
  }

  static func float8Input(_ index: Int) -> Self { .input(index, .float8E4M3FN, .float8E5M2) }

  /// The types of input 0, input 1 and output 0.
  static func types(_ first: TensorType, _ second: TensorType, _ output: TensorType) -> Self {
    Self { signature in
      signature.input(0)?.type == first && signature.input(1)?.type == second
        && signature.output(0)?.type == output
    }
  }

  static let hybrid = Self.types(.float32, .int8, .float32)
}

/// Shapes.
extension VersionCondition {
  static func rank(ofInput index: Int, above limit: Int) -> Self {
    Self { ($0.input(index)?.shape.count ?? 0) > limit }
  }

  static func rank(ofInput index: Int, isNot rank: Int) -> Self {
    Self { ($0.input(index)?.shape.count ?? 0) != rank }
  }

  static func rank(ofAnyInput inputs: Range<Int>, is rank: Int) -> Self {
    Self { signature in
      inputs.contains { (signature.input($0)?.shape.count ?? 0) == rank }
    }
  }

  /// The shapes of inputs 0 and 1 differ, and an input has more dimensions than four.
  static let broadcastsAbove4D = Self { signature in
    signature.inputs.count >= 2
      && (signature.input(0)?.shape ?? []) != (signature.input(1)?.shape ?? [])
      && signature.inputs.contains { ($0?.shape.count ?? 0) > 4 }
  }

  static func inputCount(_ count: Int) -> Self { Self { $0.inputs.count == count } }

  static func hasInput(_ index: Int) -> Self { Self { $0.input(index) != nil } }

  /// CONV_2D: the filter has fewer input channels than the input.
  static let isGrouped = Self { signature in
    guard let input = signature.input(0)?.shape, let filter = signature.input(1)?.shape,
      input.count > 3, filter.count > 3
    else { return false }
    return input[3] != filter[3]
  }
}

/// Quantization.
extension VersionCondition {
  /// A Quantization table exists, also when it is empty.
  static func hasQuantization(ofAnyInput inputs: Range<Int>) -> Self {
    Self { signature in inputs.contains { signature.input($0)?.hasQuantization == true } }
  }

  static func noQuantization(ofAnyInput inputs: Range<Int>) -> Self {
    Self { signature in inputs.allSatisfy { signature.input($0)?.hasQuantization != true } }
  }

  /// Holds also for one channel with one scale.
  static func hasScalePerIndex(ofInput index: Int, axis: Int) -> Self {
    Self { $0.input(index)?.hasScalePerIndex(ofAxis: axis) == true }
  }

  /// Several scales, one for each row.
  static func hasScalePerRow(ofInput index: Int) -> Self {
    Self { signature in
      guard let operand = signature.input(index) else { return false }
      return operand.scales.count > 1 && operand.hasScalePerIndex(ofAxis: 0)
    }
  }

  /// One scale for all rows.
  static func hasOneScale(ofInput index: Int) -> Self {
    Self { signature in
      guard let operand = signature.input(index) else { return false }
      return operand.scales.count == 1 && !operand.hasScalePerIndex(ofAxis: 0)
    }
  }

  static func isByBlock(input index: Int) -> Self { Self { $0.input(index)?.isByBlock == true } }

  static let hasPerAxisInput = Self { $0.input(0)?.hasScalePerQuantizedAxis == true }
  static let hasPerAxisOutput = Self { $0.output(0)?.hasScalePerQuantizedAxis == true }

  static func isSparse(input index: Int) -> Self { Self { $0.input(index)?.isSparse == true } }

  /// MUL: scale of input 0 × scale of input 1 ÷ scale of the output ≥ 1.
  static let rescalesByOneOrMore = Self { signature in
    guard let first = signature.input(0)?.scales.first, first != 0,
      let second = signature.input(1)?.scales.first, second != 0,
      let output = signature.output(0)?.scales.first, output != 0
    else { return false }
    return first * second / output >= 1
  }
}

extension OperatorSignature.Operand {
  /// Several scales, one for each index of `quantizedDimension`.
  fileprivate var hasScalePerQuantizedAxis: Bool {
    scales.count > 1 && hasScalePerIndex(ofAxis: quantizedDimension)
  }
}

/// Options.
extension VersionCondition {
  static func isSet(_ key: OptionKey<Bool>) -> Self { Self { $0.options?[key] == true } }

  static func isClear(_ key: OptionKey<Bool>) -> Self { Self { $0.options?[key] != true } }

  static func isSet(_ key: OptionKey<TensorType>) -> Self {
    Self { ($0.options?[key]?.rawValue ?? 0) != 0 }
  }

  static func option(_ key: OptionKey<Int8>, is value: Int8) -> Self {
    Self { ($0.options?[key] ?? 0) == value }
  }

  static func option(_ key: OptionKey<Int8>, isNot value: Int8) -> Self {
    Self { ($0.options?[key] ?? 0) != value }
  }

  static func option(_ key: OptionKey<Int32>, isNot value: Int32) -> Self {
    Self { ($0.options?[key] ?? 0) != value }
  }
}
