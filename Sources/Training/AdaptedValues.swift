import Interpreter
import OpSet
import Platform
import TFLite

/// The values of a variable while gradients move them, with Adam's two moments.
///
/// Of a sparse variable those that are zero have values too, which move with the gradients at zero and
/// fade: the one that outgrows a value that is not zero takes its place (Evci et al., "Rigging the
/// Lottery", 2020, and Zhou et al., "Learning N:M Fine-grained Structured Sparse Neural Networks",
/// 2021, choose so while they train).
package final class AdaptedValues: @unchecked Sendable {
  package let variable: Trainer.Variable
  /// A sum of gradients for each slot of a step.
  package let gradients: [UnsafeMutablePointer<Float>]
  private let count: Int
  /// The elements of each tensor.
  private let parts: [(id: TensorID, count: Int)]
  /// The place of each element's value; nil where each has its own.
  private let places: [Int32]?
  /// The number of values.
  private let own: Int
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

  /// `tensors` are the variable's, in its order.
  package init(_ tensors: [Value], _ variable: Trainer.Variable, slots: Int) {
    self.variable = variable
    var start = tensors.flatMap { UnsafeBufferPointer(start: $0.floats, count: $0.count) }
    let count = start.count
    parts = zip(variable.ids, tensors).map { ($0, $1.count) }
    if let behind = variable.storage?.start, behind.count == count { start = behind }
    if variable.isClustered {
      var numbers: [Float: Int32] = [:]
      var distinct: [Float] = []
      places = start.map { value in
        if let known = numbers[value] { return known }
        numbers[value] = Int32(distinct.count)
        distinct.append(value)
        return Int32(distinct.count - 1)
      }
      start = distinct
    } else {
      places = nil
    }
    self.count = count
    own = start.count
    func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    gradients = (0..<slots).map { _ in memory(count) }
    (values, shown, mean, square) = (memory(own), memory(count), memory(own), memory(own))
    values.update(from: start, count: own)
    keep = start.map { variable.keepsZeros && $0 == 0 ? 0 : 1 }
    show()
  }

  deinit {
    for memory in gradients + [values, shown, mean, square] { memory.deallocate() }
  }

  /// What the model computes with, by tensor.
  package var arrays: [(TensorID, [Float])] {
    place(shown).map { ($0.id, Array(UnsafeBufferPointer(start: $0.memory, count: $0.count))) }
  }

  /// The memory of a slot's gradients, by tensor.
  package func gradients(of slot: Int) -> [(TensorID, UnsafeMutablePointer<Float>)] {
    place(gradients[slot]).map { ($0.id, $0.memory) }
  }

  /// Returns where each tensor's elements are in memory for all of them.
  private func place(
    _ memory: UnsafeMutablePointer<Float>
  ) -> [(id: TensorID, count: Int, memory: UnsafeMutablePointer<Float>)] {
    var start = 0
    return parts.map { id, count in
      defer { start += count }
      return (id, count, memory + start)
    }
  }

  /// Computes what the model computes with.
  private func show() {
    if let places {
      for index in 0..<count {
        let place = Int(places[index])
        shown[index] = keep[place] == 0 ? 0 : values[place]
      }
    } else {
      for index in 0..<count { shown[index] = keep[index] == 0 ? 0 : values[index] }
    }
    variable.storage?.fill(UnsafePointer(shown), shown)
  }

  /// Sets the model's values and clears the gradients of a slot.
  package func begin(_ slot: Int, in model: Interpreter) {
    for part in place(shown) {
      model.value(of: part.id)?.floats.update(from: part.memory, count: part.count)
    }
    gradients[slot].update(repeating: 0, count: count)
  }

  /// `step` counts from 0.
  package func move(_ step: Int, rate: Float) {
    let (a, b) = (Self.meanDecay, Self.squareDecay)
    let exponent = Double(step + 1)
    let size = rate / (1 - Float(MathFunctions.power(Double(a), exponent)))
    let correction = 1 / (1 - Float(MathFunctions.power(Double(b), exponent)))
    let part = max(1, own / max(variable.sizes.count, 1))
    let sums = summedGradients()
    for index in 0..<own {
      if keep[index] == 0 { values[index] *= 1 - Self.fading }
      let gradient = sums[index]
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

  /// Returns the gradient of each value: those of all slots and, in a cluster, of all its members.
  private func summedGradients() -> UnsafeMutablePointer<Float> {
    let first = gradients[0]
    for slot in gradients.dropFirst() {
      for index in 0..<count { first[index] += slot[index] }
    }
    guard let places else { return first }
    var sums = [Float](repeating: 0, count: own)
    for index in 0..<count { sums[Int(places[index])] += first[index] }
    first.update(from: sums, count: own)
    return first
  }

  package var snapshotBytes: Int { 3 * 4 * own + own }

  /// The state between two steps.
  package var snapshot: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(snapshotBytes)
    for memory in [values, mean, square] {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: memory, count: 4 * own))
    }
    return bytes + keep
  }

  /// Takes a snapshot of as many bytes as the own one.
  package func restore(_ snapshot: UnsafeRawBufferPointer) {
    guard snapshot.count == snapshotBytes else { return }
    for (number, memory) in [values, mean, square].enumerated() {
      UnsafeMutableRawPointer(memory).copyMemory(
        from: snapshot.baseAddress! + number * 4 * own, byteCount: 4 * own)
    }
    keep = Array(snapshot.suffix(own))
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
