import Evaluation
import Interpreter
import OpSet
import Optimizer
import TFLite

/// Compares the outputs of a rewritten model with those of the model before, on random inputs and on
/// samples.
struct FixVerification {
  let file: ModelFile
  let options: Interpreter.Options
  let samples: CalibrationSource

  /// The greatest difference that another order of roundings may make, as a share of the output's
  /// range: eight units in the last place of float32.
  static let tolerance = 1e-6

  /// Random inputs that each model runs on, one after another, so that state counts too.
  private static let runs = 3
  /// Given samples that are enough to see a wrong rewrite.
  static let mostSamples = 8

  enum Outcome: Equatable {
    /// The greatest difference, as a share of the output's range; 0 if all bits are equal.
    case holds(Double)
    case differs(output: String, Double)
    /// The model before does not run.
    case notRun(String)
  }

  func compare(_ before: Model, _ after: Model) throws -> Outcome {
    var worst = 0.0
    let keys = before.signatureKeys
    for key in keys {
      switch try compare(before, after, signature: key) {
      case .holds(let difference): worst = max(worst, difference)
      case let other: return other
      }
    }
    return .holds(worst)
  }

  private func compare(_ before: Model, _ after: Model, signature: String?) throws -> Outcome {
    var options = options
    options.signature = signature
    let first: Interpreter
    do {
      first = try Interpreter(file.with(before.withoutUnknown()), options: options)
    } catch {
      return .notRun("\(error)")
    }
    let second: Interpreter
    do {
      second = try Interpreter(file.with(after.withoutUnknown()), options: options)
    } catch {
      return .differs(output: "\(error)", .infinity)
    }
    guard first.inputs.count == second.inputs.count, first.outputs.count == second.outputs.count
    else { return .differs(output: "the numbers of inputs and outputs", .infinity) }
    var worst = 0.0
    var failure: (any Error)?
    var hasRun = false
    for arrays in try inputs(first, before, signature) {
      let expected: [DenseArray]
      do {
        expected = try first.run(arrays)
      } catch {
        // Values that make no sense to the model, or a size that it does not take.
        failure = error
        first.resetState()
        second.resetState()
        continue
      }
      let found: [DenseArray]
      do {
        found = try second.run(arrays)
      } catch {
        return .differs(output: "\(error)", .infinity)
      }
      hasRun = true
      for (index, (a, b)) in zip(expected, found).enumerated() {
        let difference = Self.difference(a, b)
        guard difference <= Self.tolerance else {
          return .differs(output: first.outputs[index].name, difference)
        }
        worst = max(worst, difference)
      }
    }
    if let failure, !hasRun { return .notRun("\(failure)") }
    return .holds(worst)
  }

  private func inputs(
    _ interpreter: Interpreter, _ model: Model, _ signature: String?
  ) throws -> [[DenseArray]] {
    var all = (0..<Self.runs).map {
      RandomInputs.arrays(interpreter, seed: UInt64($0 + 1))
    }
    let free = interpreter.inputs.map { $0.signature.contains { $0 < 0 } }
    if free.contains(true) {
      let shapes = interpreter.inputs.map { port in
        zip(port.signature, port.shape).map { $0 < 0 ? 2 * max($1, 1) : $1 }
      }
      if (try? interpreter.resize(shapes)) != nil {
        all.append(RandomInputs.arrays(interpreter, seed: UInt64(Self.runs + 1)))
      }
      try interpreter.resize(interpreter.inputs.map(\.shape))
    }
    guard samples.hasSamples, signature == options.signature || model.signatureKeys.count == 1
    else { return all }
    for index in 0..<min(samples.samples.count, Self.mostSamples) {
      let arrays = try samples.samples.sample(index)
      guard arrays.count == interpreter.inputs.count else { break }
      all.append(try zip(interpreter.inputs, arrays).map { try $0.encoding($1) })
    }
    return all
  }

  /// Returns the greatest difference as a share of the range of `a`, zero included; infinity for
  /// integers, types, shapes or special values that differ.
  private static func difference(_ a: DenseArray, _ b: DenseArray) -> Double {
    guard a.type == b.type, a.shape == b.shape else { return .infinity }
    guard a.bytes != b.bytes else { return 0 }
    guard a.type == .float32 else { return .infinity }
    var (low, high, worst) = (0.0, 0.0, 0.0)
    for index in 0..<a.elementCount {
      let (x, y) = (value(a, index), value(b, index))
      if x.isNaN, y.isNaN { continue }
      guard x.isFinite, y.isFinite else {
        if x == y { continue }
        return .infinity
      }
      (low, high) = (min(low, x), max(high, x))
      worst = max(worst, abs(x - y))
    }
    return worst == 0 ? 0 : high > low ? worst / (high - low) : .infinity
  }

  private static func value(_ array: DenseArray, _ index: Int) -> Double {
    array.bytes.withUnsafeBytes {
      Double($0.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
    }
  }
}

extension Model {
  /// The signatures that run; nil stands for the first subgraph of a model without any.
  fileprivate var signatureKeys: [String?] {
    let keys = signatures.compactMap { $0.key?.description }
    return keys.isEmpty ? [nil] : keys
  }

  /// Returns the model with its parts between operators that the interpreter does not know: what these
  /// read becomes an output, and what they make an input.
  fileprivate func withoutUnknown() -> Model {
    var model = self
    for index in subgraphs.indices {
      let graph = Graph(self, subgraph: index)
      let operators = subgraphs[index].operators
      let unknown = operators.indices.filter { place in
        OpSet.builtin.kernel(of: kind(of: operators[place]), named: name(of: operators[place]))
          == nil
      }
      for place in unknown {
        for tensor in operators[place].inputs ?? []
        where tensor >= 0 && graph.producer[Int(tensor)] != nil {
          model.subgraphs[index].outputs?.append(tensor)
        }
        for tensor in operators[place].outputs ?? [] where tensor >= 0 {
          model.subgraphs[index].inputs?.append(tensor)
        }
      }
      let removed = Set(unknown)
      guard !removed.isEmpty else { continue }
      model.rewriteOperators(of: index) { removed.contains($0) ? [] : [.keep($1)] }
    }
    return model
  }
}
