import TFLite

/// Why two models cannot be compared.
package enum ComparisonFault: Error, Equatable, Sendable {
  case inputs(Int, Int)
  case outputs(Int, Int)
  case outputShape(String, expected: [Int], found: [Int])
  /// −1 stands for any size.
  case inputShape(String, expected: [Int], found: [Int])
  case inputType(String, expected: TensorType, found: TensorType)
  /// Every output has strings or complex numbers, or no elements.
  case noNumbers
}
