import Interpreter
import Platform
import Report
import Samples
import TFLite

/// Runs two models on samples, or on random inputs where there are none.
struct ModelComparison {
  let reference: ModelFile
  let other: ModelFile
  let samples: String?
  let maxSamples: Int?
  let threads: Int
  let signature: String?

  /// Random inputs that a comparison without samples takes.
  private static let randomSamples = 8

  func run(tensors: Bool) throws -> ReportDocument.Quality {
    var options = Interpreter.Options()
    options.threads = threads
    options.signature = signature
    let first = try Interpreter(reference, options: options)
    let comparison = try Comparison(
      reference: first, other: try Interpreter(other, options: options), tensors: tensors)
    if let samples {
      let inputs = first.inputs.map(\.sampleInput)
      let set = try SampleSet(path: samples, inputs: inputs, maxSamples: maxSamples)
      for index in 0..<set.count { try comparison.add(try set.sample(at: index)) }
    } else {
      for seed in 0..<(maxSamples ?? Self.randomSamples) {
        try comparison.add(RandomInputs.arrays(first, seed: UInt64(seed) + 1))
      }
    }
    return ReportDocument.Quality(comparison, isRandom: samples == nil)
  }
}

/// Seeded random inputs, for measuring where there are no samples.
enum RandomInputs {
  /// Floats from −1 to 1; zeros for other types, which are sizes and indices.
  static func arrays(_ interpreter: Interpreter, seed: UInt64) -> [DenseArray] {
    var state = seed
    return interpreter.inputs.indices.map { index in
      let type = interpreter.inputs[index].type
      let shape = interpreter.shape(ofInput: index)
      let count = shape.reduce(1, *)
      var bytes = [UInt8](repeating: 0, count: type.byteCount(elements: count) ?? 4)
      guard type == .float32 else { return DenseArray(type, shape: shape, bytes: bytes) }
      bytes.withUnsafeMutableBytes { target in
        for element in 0..<count {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let unit = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
          target.storeBytes(of: unit, toByteOffset: element * 4, as: Float.self)
        }
      }
      return DenseArray(type, shape: shape, bytes: bytes)
    }
  }
}
