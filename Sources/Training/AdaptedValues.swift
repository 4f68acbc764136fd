import Interpreter
import OpSet
import Platform
import TFLite

/// The values of a variable while gradients move them, with the gradients' two moments.
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
  /// The values and, behind them, the scales that are trained too.
  private let total: Int
  private let values: UnsafeMutablePointer<Float>
  /// What the model computes with.
  private let shown: UnsafeMutablePointer<Float>
  private let moments: GradientMoments
  /// The mean of the last steps' values; nil where nothing is checked.
  private let average: UnsafeMutablePointer<Float>?
  /// What the model computed with at the best check, and then the scales.
  private let best: UnsafeMutablePointer<Float>?
  /// 0 where the variable is zero, whatever its hidden value.
  private var keep: [UInt8]

  /// The share that values at zeros lose in a step. On three keyword models at 70 %, with a quarter
  /// of the mixtures, half of it makes 1.5 % less error, twice of it 0.1 % less.
  private static let fading = Float(SearchLimit.of("AdaptedValues.fading", 0.001))
  /// The rate of scales relative to that of values.
  private static let scaleRate = Float(SearchLimit.of("AdaptedValues.scaleRate", 0.2))
  /// The share of a mean of values that one step replaces.
  private static let averaging = Float(SearchLimit.of("AdaptedValues.averaging", 0.01))

  /// `tensors` are the variable's, in its order. With `isChecked` means and the best values are kept.
  package init(
    _ tensors: [Value], _ variable: Trainer.Variable, slots: Int, isChecked: Bool = false
  ) {
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
    let scales = variable.storage?.scales ?? []
    total = own + scales.count
    func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    gradients = (0..<slots).map { _ in memory(count) }
    (values, shown) = (memory(total), memory(count))
    moments = GradientMoments(count: total)
    average = isChecked ? memory(total) : nil
    best = isChecked ? memory(count + scales.count) : nil
    values.update(from: start + scales, count: total)
    average?.update(from: values, count: total)
    keep = start.map { variable.keepsZeros && $0 == 0 ? 0 : 1 }
    show()
  }

  deinit {
    for memory in gradients + [values, shown] { memory.deallocate() }
    for memory in [average, best] { memory?.deallocate() }
  }

  /// What the model computes with, by tensor.
  package var arrays: [(TensorID, [Float])] { arrays(shown) }

  /// The scales that are trained, as they are now, by tensor.
  var scales: [(TensorID, [Float])] { scales(values + own) }

  private func scales(_ memory: UnsafeMutablePointer<Float>) -> [(TensorID, [Float])] {
    guard total > own, let storage = variable.storage else { return [] }
    var start = memory
    return zip(variable.ids, storage.scaleCounts).map { id, count in
      defer { start += count }
      return (id, Array(UnsafeBufferPointer(start: start, count: count)))
    }
  }

  private func arrays(_ memory: UnsafeMutablePointer<Float>) -> [(TensorID, [Float])] {
    place(memory).map { ($0.id, Array(UnsafeBufferPointer(start: $0.memory, count: $0.count))) }
  }

  /// Returns what the model computes with, and the scales if these are trained.
  func values(
    _ kind: TrainedValues.Kind
  ) -> (arrays: [(TensorID, [Float])], scales: [(TensorID, [Float])]) {
    switch kind {
    case .last: return (arrays, self.scales)
    case .averaged:
      guard let average else { return values(.last) }
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      defer { memory.deallocate() }
      show(average, in: memory)
      return (arrays(memory), scales(average + own))
    case .best:
      guard let best else { return values(.last) }
      return (arrays(best), scales(best + count))
    }
  }

  /// Remembers the values, or the mean of the last ones.
  func keepBest(averaged isAveraged: Bool) {
    guard let best, let average else { return }
    let chosen = isAveraged ? average : values
    show(chosen, in: best)
    (best + count).update(from: chosen + own, count: total - own)
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

  private func show() { show(values, in: shown) }

  /// Computes what a model with these values computes with.
  private func show(
    _ values: UnsafeMutablePointer<Float>, in shown: UnsafeMutablePointer<Float>
  ) {
    if let places {
      for index in 0..<count {
        let place = Int(places[index])
        shown[index] = keep[place] == 0 ? 0 : values[place]
      }
    } else {
      for index in 0..<count { shown[index] = keep[index] == 0 ? 0 : values[index] }
    }
    variable.storage?.fill(UnsafePointer(shown), UnsafePointer(values + own), shown)
  }

  /// Sets the model's values.
  package func show(in model: Interpreter) {
    for part in place(shown) {
      model.value(of: part.id)?.floats.update(from: part.memory, count: part.count)
    }
  }

  /// Clears the gradients of a slot.
  func begin(_ slot: Int) { gradients[slot].update(repeating: 0, count: count) }

  /// `step` counts from 0.
  package func move(_ step: Int, rate: Float, _ rule: UpdateRule = .adam) {
    let corrections = GradientMoments.corrections(step)
    let size = rate * corrections.mean
    let part = max(1, own / max(variable.sizes.count, 1))
    let sums = gradients[0]
    for slot in gradients.dropFirst() {
      for index in 0..<count { sums[index] += slot[index] }
    }
    let scales = scaleGradients(sums)
    gather(sums)
    if variable.keepsZeros {
      for index in 0..<own where keep[index] == 0 { values[index] *= 1 - Self.fading }
    }
    moments.add(UnsafeBufferPointer(start: sums, count: own))
    scales.withUnsafeBufferPointer { moments.add($0, from: own) }
    let (values, mean, square) = (values, moments.mean, moments.square)
    let shared = rule == .sgd ? moments.sharedRoot(own) * corrections.square.squareRoot() : nil
    for (number, magnitude) in variable.sizes.enumerated() {
      let isLast = number == variable.sizes.count - 1
      let length = size * magnitude
      for index in min(number * part, own)..<(isLast ? own : min((number + 1) * part, own)) {
        let root = shared ?? (square[index] * corrections.square).squareRoot()
        let change = length * mean[index] / root
        values[index] -= root > 0 && root < .infinity ? change : 0
      }
    }
    for index in scales.indices {
      let place = own + index
      let root = (square[place] * corrections.square).squareRoot()
      guard root > 0, root.isFinite else { continue }
      let start = variable.storage?.scales[index] ?? 0
      // A scale that changed its sign would turn a whole channel around.
      let moved = values[place] - size * Self.scaleRate * abs(start) * mean[place] / root
      values[place] = start < 0 ? min(moved, start / 4) : max(moved, start / 4)
    }
    if let average {
      let share = max(Self.averaging, 1 / Float(step + 1))
      for index in 0..<total { average[index] += share * (values[index] - average[index]) }
    }
    show()
  }

  /// Returns the gradients of scales that are trained, given those of elements, and sets those of elements
  /// to what their values get (Esser et al., "Learned Step Size Quantization", 2020).
  private func scaleGradients(_ gradients: UnsafeMutablePointer<Float>) -> [Float] {
    guard total > own, let storage = variable.storage else { return [] }
    var sums = [Float](repeating: 0, count: total - own)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      let scales = UnsafePointer(values + own)
      guard let places else {
        return storage.scaleGradients(UnsafePointer(values), scales, gradients, sums)
      }
      let elements = places.map { values[Int($0)] }
      elements.withUnsafeBufferPointer { elements in
        guard let elements = elements.baseAddress else { return }
        storage.scaleGradients(elements, scales, gradients, sums)
      }
    }
    return sums
  }

  /// Replaces the gradients of elements by those of values: in a cluster, of all its members.
  private func gather(_ gradients: UnsafeMutablePointer<Float>) {
    guard let places else { return }
    var sums = [Float](repeating: 0, count: own)
    for index in 0..<count { sums[Int(places[index])] += gradients[index] }
    gradients.update(from: sums, count: own)
  }

  /// What a snapshot holds besides `keep`, with the number of elements.
  private var snapshotParts: [(memory: UnsafeMutablePointer<Float>, count: Int)] {
    let own = [values, moments.mean, moments.square, average].compactMap(\.self).map { ($0, total) }
    return own + (best.map { [($0, count + total - self.own)] } ?? [])
  }

  package var snapshotBytes: Int { snapshotParts.reduce(own) { $0 + 4 * $1.count } }

  /// The state between two steps.
  package var snapshot: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(snapshotBytes)
    for part in snapshotParts {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: part.memory, count: 4 * part.count))
    }
    return bytes + keep
  }

  /// Takes a snapshot of as many bytes as the own one.
  package func restore(_ snapshot: UnsafeRawBufferPointer) {
    guard snapshot.count == snapshotBytes else { return }
    var start = 0
    for part in snapshotParts {
      let bytes = UnsafeRawBufferPointer(rebasing: snapshot[start..<start + 4 * part.count])
      UnsafeMutableRawBufferPointer(start: part.memory, count: 4 * part.count)
        .copyMemory(from: bytes)
      start += 4 * part.count
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
        scores[index] = values[index] * values[index] * moments.square[index].squareRoot()
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
