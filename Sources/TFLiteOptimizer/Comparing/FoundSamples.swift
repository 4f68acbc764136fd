import Interpreter
import Platform
import Samples
import TFLite

/// Samples that fit a model's inputs, and their classes where those are known.
struct FoundSamples: Sendable {
  private enum Origin: Sendable {
    case set(SampleSet)
    case arrays([[DenseArray]])
  }

  private let origin: Origin
  let count: Int
  /// Nil where samples have no labels.
  let classes: [Int]?

  init(_ set: SampleSet, classes: [Int]?) {
    origin = .set(set)
    count = set.count
    self.classes = classes
  }

  /// Takes samples from memory: an array for each input, in the model's order. They are cast and
  /// reshaped like those from files.
  ///
  /// Throws `SampleFault` or `UsageFault`.
  init(
    _ samples: [[DenseArray]], for ports: [Port], most: Int?, classes: [Int]?
  ) throws {
    guard !samples.isEmpty else { throw UsageFault("there are no samples") }
    let inputs = ports.map(\.sampleInput)
    count = min(samples.count, max(most ?? .max, 1))
    // Evenly spaced, as for a folder.
    let chosen = (0..<count).map { [count] in
      count == samples.count ? $0 : (2 * $0 + 1) * samples.count / (2 * count)
    }
    var arrays: [[DenseArray]] = []
    for index in chosen {
      let sample = samples[index]
      guard sample.count == inputs.count else {
        throw UsageFault(
          "sample \(index) has \(sample.count) arrays, but the model has \(inputs.count) inputs")
      }
      arrays.append(
        try zip(inputs, sample).map { input, array in
          try Self.checkCount(array, index)
          return try input.convert(array, source: "sample \(index)")
        })
    }
    origin = .arrays(arrays)
    self.classes = classes.map { classes in chosen.map { classes[$0] } }
  }

  /// Throws if the number of bytes does not match the array's shape and type.
  private static func checkCount(_ array: DenseArray, _ index: Int) throws(UsageFault) {
    guard array.shape.allSatisfy({ $0 >= 0 }),
      array.shape.sizeProduct.flatMap(array.type.byteCount) == array.bytes.count
    else {
      throw UsageFault(
        "sample \(index) has \(array.bytes.count) bytes, which do not make an array of "
          + "\(array.type) with shape \(SampleFault.text(array.shape))")
    }
  }

  /// Sentences that say how the files that were read became inputs.
  var preparations: [String] { files?.preparations ?? [] }

  /// Sentences about samples that were left out and about what may be wrong with the others.
  var warnings: [String] { files?.warnings ?? [] }

  /// The samples that were left out, and why.
  var skipped: [(sample: String, reason: String)] {
    files?.bad.map { ($0.name, $0.fault.message) } ?? []
  }

  private var files: SampleSet? {
    if case .set(let set) = origin { set } else { nil }
  }

  /// Returns an array for each input, in the model's order, shape and type.
  func sample(at index: Int) throws -> [DenseArray] {
    switch origin {
    case .set(let set): try set.sample(at: index)
    case .arrays(let arrays): arrays[index]
    }
  }

  /// Returns the origin of the sample, for errors about it.
  func description(of index: Int) -> String {
    switch origin {
    case .set(let set): set.description(of: index)
    case .arrays: "number \(index)"
    }
  }

  /// Returns the name of the sample in lists.
  func name(of index: Int) -> String {
    switch origin {
    case .set(let set): set.name(of: index)
    case .arrays: "number \(index)"
    }
  }
}
