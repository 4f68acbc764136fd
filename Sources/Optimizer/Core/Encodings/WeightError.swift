import Platform
import TFLite

/// How far a weight's integers are from its float values.
struct WeightError: @unchecked Sendable {
  let id: TensorID
  let encoding: WeightEncoding
  let integers: TensorData
  /// The float32 values.
  let values: TensorData
  let count: Int

  /// Returns √(Σ (value after − before)² ÷ Σ value²).
  func relative(_ job: Job) throws -> Double {
    try job.reader(values).relativeError(
      of: job.reader(encoding.values(of: integers, count: count)), count: count)
  }
}

extension DataReader {
  /// Elements that are read at once.
  private static let part = 1 << 16
  /// Of larger weights, so many evenly spaced parts are read: the result varies by less than a
  /// hundredth.
  private static let mostParts = 16

  /// Returns √(Σ (other − value)² ÷ Σ value²) over `count` float32 values; 0 where all are 0.
  func relativeError(of other: DataReader, count: Int) throws -> Double {
    defer {
      releaseMemory()
      other.releaseMemory()
    }
    let all = (count + Self.part - 1) / Self.part
    var (error, square) = (0.0, 0.0)
    for index in 0..<min(all, Self.mostParts) {
      let first = all <= Self.mostParts ? index : index * all / Self.mostParts
      let range = first * Self.part..<min((first + 1) * Self.part, count)
      let old = try floats(from: range.lowerBound, count: range.count)
      let new = try other.floats(from: range.lowerBound, count: range.count)
      for (a, b) in zip(old, new) {
        error += Double(b - a) * Double(b - a)
        square += Double(a) * Double(a)
      }
    }
    return square > 0 ? (error / square).squareRoot() : 0
  }
}

extension Job {
  /// Notes the errors of weights, each measured by a thread.
  mutating func note(_ errors: [WeightError]) throws {
    var found = [Result<Double, any Error>](repeating: .success(0), count: errors.count)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      let job = self
      Threads.forEach(errors.count, limit: options.threads) { index in
        found[index] = Result { try errors[index].relative(job) }
      }
    }
    for (error, result) in zip(errors, found) { log.errors[error.id] = try result.get() }
  }
}
