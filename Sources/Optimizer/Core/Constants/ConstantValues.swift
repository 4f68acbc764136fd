import OpSet
import TFLite

/// The values of float constants for the integer plan; each is read once.
final class ConstantValues {
  private let model: Model
  private let job: Job
  private let constants: [TensorID: FloatConstant]
  private var magnitudes: [Key: [Float]?] = [:]
  private var ranges: [TensorID: ClosedRange<Float>] = [:]

  private struct Key: Hashable {
    let buffer: UInt32
    let layout: ChannelLayout
    let bits: WeightBits
  }

  init(_ model: Model, _ job: Job) {
    self.model = model
    self.job = job
    constants = Dictionary(
      uniqueKeysWithValues: job.floatConstants(of: model).map { ($0.id, $0) })
  }

  /// Returns the integers to which a clustered weight is limited.
  func levels(of id: TensorID) -> IntegerLevels? {
    job.findings[ClusterResult.self]?.weights[id]?.levels
  }

  /// What the user asked of the run.
  var run: RunOptions { job.options }

  subscript(id: TensorID) -> FloatConstant? { constants[id] }

  /// Returns the magnitude of each channel at which integers of so many bits end, which is its
  /// greatest with eight; nil if a value is not finite.
  func magnitudes(
    of id: TensorID, _ layout: ChannelLayout, _ bits: WeightBits = .eight
  ) throws -> [Float]? {
    let key = Key(buffer: model[id].buffer, layout: layout, bits: bits)
    if let known = magnitudes[key] { return known }
    guard let data = model.data(of: id) else { return nil }
    let reader = job.reader(data)
    defer { reader.releaseMemory() }
    let found = try ClipSearch(bits: bits, layout: layout)
      .magnitudes(reader, threads: job.options.threads)
    magnitudes[key] = .some(found)
    return found
  }

  /// Returns the largest magnitude of all finite values.
  func greatestMagnitude(of id: TensorID) throws -> Float {
    let known =
      magnitudes.first { $0.key.buffer == model[id].buffer && $0.key.bits == .eight }?.value ?? nil
    if let known { return known.max() ?? 0 }
    let range = try range(of: id)
    return max(-range.lowerBound, range.upperBound)
  }

  /// Returns all values, for small constants and for searches.
  func values(of id: TensorID) throws -> [Float] { try job.floats(of: id, in: model) }

  /// Returns a reader of float32 data in parts.
  func reader(_ data: TensorData) -> DataReader { job.reader(data) }

  /// Returns the least and the greatest finite value.
  func range(of id: TensorID) throws -> ClosedRange<Float> {
    if let known = ranges[id] { return known }
    let finite = try values(of: id).filter(\.isFinite)
    let range = (finite.min() ?? 0)...(finite.max() ?? 0)
    ranges[id] = range
    return range
  }
}
