import Interpreter
import OpSet
import Platform

/// What the values of a tensor should be like; decides the loss there.
package enum TrainingGoal: Equatable, Sendable {
  /// The float model's values: squared differences relative to their variance.
  case values
  /// Rows of what SOFTMAX reads, which multiplies them with `beta`: the divergence of the probabilities
  /// from the float model's or, where samples have labels, from a mixture of these and the labels.
  case classes(count: Int, beta: Float)
  /// What LOGISTIC reads: the same for each element by itself.
  case marks
}

/// The classes of a mixture of samples, with their shares of the probabilities that are wanted; the float
/// model has the rest.
package typealias MixedLabels = [(label: Int, share: Float)]

extension TrainingGoal {
  /// Adds `weight` × the loss's gradient to `gradient` and returns `weight` × the loss.
  func add(
    _ found: Value, wanted: Value, labels: MixedLabels, weight: Float,
    to gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let count = found.count
    guard case .values = self else {
      let given = UnsafeBufferPointer(start: found.floats, count: count)
      return divergence(
        given, wanted: UnsafeBufferPointer(start: wanted.floats, count: count), labels,
        weight: weight, to: gradient)
    }
    return Double(weight * Self.squares(found.floats, wanted.floats, count, weight, gradient))
  }

  /// Returns Σ (a − b)², and adds 2 × `weight` × (a − b) to `gradient`.
  private static func squares(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, _ weight: Float,
    _ gradient: UnsafeMutablePointer<Float>
  ) -> Float {
    var sums = SIMD8<Float>()
    let whole = count / 8 * 8
    for first in stride(from: 0, to: whole, by: 8) {
      let difference =
        UnsafeRawPointer(a + first).loadUnaligned(as: SIMD8<Float>.self)
        - UnsafeRawPointer(b + first).loadUnaligned(as: SIMD8<Float>.self)
      sums += difference * difference
      let target = UnsafeMutableRawPointer(gradient + first)
      let sum = target.loadUnaligned(as: SIMD8<Float>.self) + 2 * weight * difference
      target.storeBytes(of: sum, as: SIMD8<Float>.self)
    }
    var sum = sums.sum()
    for index in whole..<count {
      let difference = a[index] - b[index]
      sum += difference * difference
      gradient[index] += 2 * weight * difference
    }
    return sum
  }

  /// Returns the divergence of the probabilities from the float model's: the mean of rows, or of
  /// elements; 0 for values that are no classes.
  package func divergence(_ found: [Float], wanted: [Float]) -> Double {
    guard found.count == wanted.count else { return 0 }
    return found.withUnsafeBufferPointer { found in
      wanted.withUnsafeBufferPointer { divergence(found, wanted: $0, [], weight: 1, to: nil) }
    }
  }

  private func divergence(
    _ found: UnsafeBufferPointer<Float>, wanted: UnsafeBufferPointer<Float>, _ labels: MixedLabels,
    weight: Float, to gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    var loss = 0.0
    switch self {
    case .values: return 0
    case .classes(let count, let beta):
      guard count > 1, found.count % count == 0 else { return 0 }
      let part = weight / Float(found.count / count)
      for start in stride(from: 0, to: found.count, by: count) {
        var target = Self.probabilities(wanted[start..<start + count], beta)
        let own = Self.probabilities(found[start..<start + count], beta)
        Self.mix(labels, into: &target)
        for index in 0..<count {
          loss += Double(part) * Self.divergence(target[index], own[index])
          gradient?[start &+ index] += part * beta * (own[index] - target[index])
        }
      }
    case .marks:
      let part = weight / Float(max(found.count, 1))
      var targets = wanted.map(Self.logistic)
      Self.mix(labels, into: &targets)
      for index in found.indices {
        let (t, p) = (targets[index], Self.logistic(found[index]))
        loss += Double(part) * (Self.divergence(t, p) + Self.divergence(1 - t, 1 - p))
        gradient?[index] += part * (p - t)
      }
    }
    return loss
  }

  /// Returns −ln of the probability that the values give to a label: of its first row; 0
  /// for values that are no classes.
  package func crossEntropy(_ found: [Float], label: Int) -> Double {
    let target: Float
    switch self {
    case .values: return 0
    case .classes(let count, let beta):
      guard count > 0, found.count >= count, label < count else { return 0 }
      target = found.withUnsafeBufferPointer {
        Self.probabilities($0[..<count], beta)[label]
      }
    case .marks:
      guard found.count > 1 else {
        let one = found.first.map(Self.logistic) ?? 0
        return -Double(MathFunctions.logarithm(max(label > 0 ? one : 1 - one, 1e-30)))
      }
      guard label < found.count else { return 0 }
      target = Self.logistic(found[label])
    }
    return -Double(MathFunctions.logarithm(max(target, 1e-30)))
  }

  private static func divergence(_ t: Float, _ p: Float) -> Double {
    t > 0 ? Double(t * (MathFunctions.logarithm(t) - MathFunctions.logarithm(max(p, 1e-30)))) : 0
  }

  /// One value for a label of 0 or 1 is the probability of 1.
  private static func mix(_ labels: MixedLabels, into target: inout [Float]) {
    guard !labels.isEmpty else { return }
    let rest = 1 - labels.reduce(0) { $0 + $1.share }
    for index in target.indices { target[index] *= rest }
    for (label, share) in labels {
      if target.count == 1 {
        target[0] += share * Float(min(label, 1))
      } else if target.indices.contains(label) {
        target[label] += share
      }
    }
  }

  private static func logistic(_ x: Float) -> Float { 1 / (1 + MathFunctions.exponential(-x)) }

  private static func probabilities(
    _ logits: Slice<UnsafeBufferPointer<Float>>, _ beta: Float
  ) -> [Float] {
    let greatest = logits.max() ?? 0
    var values = logits.map { MathFunctions.exponential(beta * ($0 - greatest)) }
    let sum = values.reduce(0, +)
    for index in values.indices { values[index] /= sum }
    return values
  }
}
