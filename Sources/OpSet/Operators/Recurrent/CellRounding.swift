import TFLite

/// The rounding inside an int8 LSTM, where LiteRT computes functions in fixed point and TensorFlow
/// Lite Micro takes them from a table and rounds products twice.
struct CellRounding {
  private let isMicro: Bool
  /// The exponent of the cells' scale.
  private let exponent: Int
  private let table = SigmoidTable.shared
  private let keptScale = Rescaler(0x1p-15)
  private let addedScale: Rescaler

  init(_ reference: ReferenceKernels, exponent: Int) {
    isMicro = reference == .tflm
    self.exponent = exponent
    addedScale = Rescaler(Double(sign: .plus, exponent: -30 - exponent, significand: 1))
  }

  /// The sum of a gate's two products.
  @inline(__always)
  func sum(_ input: Int32, _ recurrent: Int32) -> Int16 {
    let second = isMicro ? Int32(Int16(clamping: recurrent)) : recurrent
    return Int16(clamping: Int32(Int16(clamping: input)) &+ second)
  }

  @inline(__always)
  func logistic(_ value: Int16) -> Int16 {
    isMicro ? table.logistic(3 &* Int32(value)) : value.logistic(integerBits: 3)
  }

  @inline(__always)
  func tanh(_ value: Int16) -> Int16 {
    isMicro ? table.tanh(3 &* Int32(value)) : value.tanh(integerBits: 3)
  }

  @inline(__always)
  func tanh(ofCell value: Int16) -> Int16 {
    guard isMicro else { return value.tanh(integerBits: 15 + exponent) }
    let shift = Int32(exponent + 12)
    let wide = 3 &* Int32(value)
    return table.tanh(shift >= 0 ? wide &<< shift : (wide &+ 1 &<< (-shift - 1)) &>> -shift)
  }

  /// The forget gate times the cell.
  @inline(__always)
  func kept(_ product: Int32) -> Int32 {
    isMicro
      ? Int32(Int16(clamping: keptScale(product)))
      : Int32(Int16(truncatingIfNeeded: product.roundedShift(right: 15)))
  }

  /// The input gate times the candidate.
  @inline(__always)
  func added(_ product: Int32) -> Int32 {
    isMicro
      ? Int32(Int16(clamping: addedScale(product)))
      : Int32(Int16(truncatingIfNeeded: product.roundedShift(right: 30 + exponent)))
  }

  /// The factor of the output gate times the cell's curve.
  func hiddenScale(_ hidden: Affine, _ state: Affine) -> Rescaler {
    isMicro
      ? Rescaler(0x1p-30 / Double(state.scale))
      : Rescaler(Double(Float(0x1p-15 / Double(hidden.scale) * 0x1p-15)))
  }
}
