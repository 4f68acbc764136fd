import Interpreter
import OpSet
import Platform

/// The values of a variable while gradients move them, with Adam's two moments.
///
/// Of a sparse variable those that are zero have values too, which move with the gradients at zero and
/// fade: the one that outgrows a value that is not zero takes its place (Evci et al., "Rigging the
/// Lottery", 2020, and Zhou et al., "Learning N:M Fine-grained Structured Sparse Neural Networks",
/// 2021, choose so while they train).
package final class AdaptedValues: @unchecked Sendable {
  package let variable: Distillation.Variable
  /// A sum of gradients for each sample of a step.
  package let gradients: [UnsafeMutablePointer<Float>]
  private let count: Int
  private let values: UnsafeMutablePointer<Float>
  /// What the model computes with.
  private let shown: UnsafeMutablePointer<Float>
  private let mean: UnsafeMutablePointer<Float>
  private let square: UnsafeMutablePointer<Float>
  /// 0 where the variable is zero, whatever its hidden value.
  private var keep: [UInt8]

  /// The shares of the moments that remain after a step.
  private static let (meanDecay, squareDecay): (Float, Float) = (0.9, 0.99)
  /// The share that values at zeros lose in a step. On three keyword models at 70 %, with a quarter
  /// of the mixtures, half of it makes 1.5 % less error, twice of it 0.1 % less.
  private static let fading = Float(SearchLimit.of("AdaptedValues.fading", 0.001))

  package init(_ value: Value, _ variable: Distillation.Variable, slots: Int) {
    self.variable = variable
    let count = value.count
    func memory() -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    self.count = count
    gradients = (0..<slots).map { _ in memory() }
    (values, shown, mean, square) = (memory(), memory(), memory(), memory())
    if let start = variable.storage?.start, start.count == count {
      values.update(from: start, count: count)
    } else {
      values.update(from: value.floats, count: count)
    }
    let keepsZeros = variable.support != nil || variable.storage != nil
    keep = (0..<count).map { [values] in keepsZeros && values[$0] == 0 ? 0 : 1 }
    show()
  }

  deinit {
    for memory in gradients + [values, shown, mean, square] { memory.deallocate() }
  }

  package var array: [Float] { Array(UnsafeBufferPointer(start: shown, count: count)) }

  /// Computes what the model computes with.
  private func show() {
    for index in 0..<count { shown[index] = keep[index] == 0 ? 0 : values[index] }
    variable.storage?.fill(UnsafePointer(shown), shown)
  }

  /// Sets the model's values and clears the gradients of a slot.
  package func begin(_ slot: Int, in model: Interpreter) {
    model.value(of: variable.id)?.floats.update(from: shown, count: count)
    gradients[slot].update(repeating: 0, count: count)
  }

  /// `step` counts from 0.
  package func move(_ step: Int, rate: Float) {
    let (a, b) = (Self.meanDecay, Self.squareDecay)
    let exponent = Double(step + 1)
    let size = rate / (1 - Float(MathFunctions.power(Double(a), exponent)))
    let correction = 1 / (1 - Float(MathFunctions.power(Double(b), exponent)))
    let part = max(1, count / max(variable.sizes.count, 1))
    for index in 0..<count {
      if keep[index] == 0 { values[index] *= 1 - Self.fading }
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
    show()
  }

  /// Chooses the zeros again. The score of a value is its square times the root of its mean squared
  /// gradient.
  package func chooseSupport() {
    guard let support = variable.support else { return }
    let scores = [Float](unsafeUninitializedCapacity: count) { scores, filled in
      for index in 0..<count {
        scores[index] = values[index] * values[index] * square[index].squareRoot()
      }
      filled = count
    }
    scores.withUnsafeBufferPointer { scores in
      keep.withUnsafeMutableBufferPointer { keep in
        guard let scores = scores.baseAddress, let keep = keep.baseAddress else { return }
        support(scores, keep)
      }
    }
    show()
  }
}
