import Interpreter
import OpSet
import Platform

/// The values of a variable while gradients move them, with Adam's two moments.
final class AdaptedValues: @unchecked Sendable {
  let variable: Distillation.Variable
  /// A sum of gradients for each sample of a step.
  let gradients: [UnsafeMutablePointer<Float>]
  private let count: Int
  private let values: UnsafeMutablePointer<Float>
  private let mean: UnsafeMutablePointer<Float>
  private let square: UnsafeMutablePointer<Float>

  /// How much of the moments stays in a step.
  private static let (meanDecay, squareDecay): (Float, Float) = (0.9, 0.99)

  init(_ value: Value, _ variable: Distillation.Variable, slots: Int) {
    self.variable = variable
    let count = value.count
    func memory() -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    self.count = count
    gradients = (0..<slots).map { _ in memory() }
    (values, mean, square) = (memory(), memory(), memory())
    values.update(from: value.floats, count: count)
  }

  deinit {
    for memory in gradients + [values, mean, square] { memory.deallocate() }
  }

  var array: [Float] { Array(UnsafeBufferPointer(start: values, count: count)) }

  /// Gives a model the values, and clears a slot's gradients.
  func begin(_ slot: Int, in model: Interpreter) {
    model.value(of: variable.id)?.floats.update(from: values, count: count)
    gradients[slot].update(repeating: 0, count: count)
  }

  /// `step` counts from 0.
  func move(_ step: Int, rate: Float) {
    let (a, b) = (Self.meanDecay, Self.squareDecay)
    let exponent = Double(step + 1)
    let size = rate / (1 - Float(MathFunctions.power(Double(a), exponent)))
    let correction = 1 / (1 - Float(MathFunctions.power(Double(b), exponent)))
    let part = max(1, count / max(variable.sizes.count, 1))
    for index in 0..<count {
      if variable.keepsZeros, values[index] == 0 { continue }
      var gradient: Float = 0
      for slot in gradients { gradient += slot[index] }
      mean[index] = a * mean[index] + (1 - a) * gradient
      square[index] = b * square[index] + (1 - b) * gradient * gradient
      let root = (square[index] * correction).squareRoot()
      guard root > 0, root.isFinite else { continue }
      values[index] -=
        size * variable.sizes[min(index / part, variable.sizes.count - 1)]
        * mean[index] / root
    }
  }
}
