import OpSet
import TFLite

/// The weights of an integer operator.
struct IntegerWeights {
  let weight: TensorID
  let encoding: WeightEncoding
  /// Values that replace the weight's own.
  let rounded: TensorData?
  /// Why it has more bits than asked for, or no blocks.
  let wider: Reason?

  /// Makes scales per channel along the operand's axis, or one for the tensor. `bias` has a value
  /// for each output channel, and at most `biasLimit` steps. `greatest` is the greatest integer if
  /// steps are wider. Without integers that were chosen together, those of few bits are balanced by
  /// row of `matrix`.
  init(
    _ operand: IntegerOperator.Operand, _ bits: WeightBits, wider: Reason? = nil,
    in model: Model, values: ConstantValues, inputScale: Float, bias: [Float],
    biasLimit: Double = 0x1p30, isPerTensor: Bool, greatest: Int? = nil,
    matrix: WeightMatrix? = nil, rounded: WeightRounding.Rounded? = nil
  ) throws {
    weight = operand.id
    self.wider = wider
    let axis: Int? = if case .weight(let axis?) = operand.role, !isPerTensor { axis } else { nil }
    let channels = axis.flatMap { ChannelLayout(shape: model[operand.id].shape ?? [], axis: $0) }
    let layout = channels ?? .perTensor
    let fitted = rounded.flatMap {
      $0.encoding.bits == bits && (bits != .eight || $0.keepsScales) ? $0.encoding : nil
    }
    encoding = WeightEncoding(
      bits, layout, axis: channels == nil ? 0 : axis ?? 0,
      magnitudes: try fitted?.magnitudes ?? values.magnitudes(of: operand.id, layout, bits) ?? [],
      levels: fitted?.levels ?? values.levels(of: operand.id)
    ).widened(to: greatest).holding(bias, inputScale: inputScale, limit: biasLimit).floored(.plain)
    self.rounded = rounded?.values ?? Self.balanced(operand.id, encoding, matrix, in: model)
  }

  /// Returns the values that integers whose errors cancel stand for; nil where `BalancedIntegers` has
  /// none.
  private static func balanced(
    _ id: TensorID, _ encoding: WeightEncoding, _ matrix: WeightMatrix?, in model: Model
  ) -> TensorData? {
    guard let matrix, let data = model.data(of: id), let count = model[id].elementCount,
      let balanced = BalancedIntegers(encoding, matrix, count: count)
    else { return nil }
    return encoding.values(of: balanced.data(of: data), count: count)
  }

  func integers(in model: Model) -> TensorData? {
    guard let values = rounded ?? model.data(of: weight) else { return nil }
    return encoding.integers(of: values, count: model[weight].elementCount ?? 0)
  }

  /// Scales of the bias: input scale × weight scale, in float32.
  func biasScales(inputScale: Float) -> [Float] { encoding.scales.map { inputScale * $0 } }
}
