/// How long the kernel of an operator takes on floats and on int8, on LiteRT's default path.
///
/// In nanoseconds with one thread of an x86-64 with AVX-512; `Tools/kernel_times.py` prints them by
/// operator and shape. XNNPACK runs most operators in either form, in about the same time; an int8
/// kernel outside XNNPACK takes 2 to 600 times as long as floats do.
package struct KernelTime: Sendable {
  fileprivate enum Unit: Sendable {
    /// Elements of the largest operand or result.
    case elements
    /// Multiplications of a product.
    case multiplications
  }

  fileprivate let unit: Unit
  fileprivate let float: Double
  fileprivate let int8: Double

  /// An operator in XNNPACK, whatever it does: 0.02 to 0.4.
  static let usual = elements(float: 0.1, int8: 0.1)
  /// Rows times a constant; with few channels it takes up to five times as long, in both forms.
  static let product = KernelTime(unit: .multiplications, float: 0.006, int8: 0.006)
  static let depthwise = KernelTime(unit: .multiplications, float: 0.05, int8: 0.055)
  /// Two activations.
  fileprivate static let matrices = KernelTime(unit: .multiplications, float: 0.021, int8: 0.012)

  static func elements(float: Double, int8: Double) -> KernelTime {
    KernelTime(unit: .elements, float: float, int8: int8)
  }

  /// What a kernel that reads int8 weights takes to round an element of its float input.
  fileprivate static let rounding = 0.45
  /// To call an operator, which small ones consist of.
  fileprivate static let call = 300.0

  /// Returns the nanoseconds of QUANTIZE or DEQUANTIZE.
  package static func conversion(elements: Int) -> Double { call + 0.045 * Double(elements) }
}

extension OpSpec {
  /// Returns the nanoseconds of a run on floats, with int8 weights where a kernel reads these, and
  /// on int8. `isConstant` tells of each input whether the file holds it.
  package func nanoseconds(
    inputs: [[Int]?], outputs: [[Int]], isConstant: (Int) -> Bool
  ) -> (float: Double, int8: Double) {
    let sizes = inputs.map { $0?.reduce(1, *) ?? 0 } + outputs.map { $0.reduce(1, *) }
    var (time, count, rounded) = (time, sizes.max() ?? 0, 0)
    if time.unit == .multiplications, let product {
      count = multiplications(inputs: inputs, outputs: outputs)
      if product.isMatrixOfLastAxes {
        count = (outputs.first ?? []).reduce(inputs.first??.last ?? 0, *)
        if !isConstant(product.weight) { time = .matrices }
      }
      if let hybrid, hybrid.slow == nil, isConstant(product.weight) {
        rounded = product.rows.map { sizes[$0.data] } ?? 0
      }
    }
    return (
      KernelTime.call + time.float * Double(count) + KernelTime.rounding * Double(rounded),
      KernelTime.call + time.int8 * Double(count)
    )
  }
}
