import Platform
import TFLite

/// An npy array that stands in a mapped file or, if it was deflated, in memory.
struct StoredArray: Sendable {
  private enum Storage: Sendable {
    case file(MappedFile, Range<Int>)
    case memory([UInt8])
  }

  /// The file, or `FILE.npz:ARRAY`.
  let source: String
  let header: NpyHeader
  private let storage: Storage

  /// `range` of the file holds an npy file.
  init(_ file: MappedFile, _ range: Range<Int>, source: String) throws(SampleFault) {
    self.source = source
    storage = .file(file, range)
    header = try Self.header(UnsafeRawBufferPointer(rebasing: file.bytes[range]), source)
  }

  init(npy bytes: [UInt8], source: String) throws(SampleFault) {
    self.source = source
    storage = .memory(bytes)
    header = try bytes.withUnsafeBufferPointer { (bytes) throws(SampleFault) in
      try Self.header(UnsafeRawBufferPointer(bytes), source)
    }
  }

  func whole() throws(SampleFault) -> DenseArray {
    try read { (elements) throws(NpyProblem) in try elements.whole() }
  }

  /// Returns the array at `index` of the first axis, which must exist. Pages that hold only this
  /// part are given back.
  func part(_ index: Int) throws(SampleFault) -> DenseArray {
    var range = 0..<0
    let part = try read { (elements) throws(NpyProblem) in
      range = elements.rangeOfPart(index)
      return try elements.part(index)
    }
    if case .file(let file, let place) = storage {
      file.release(range.lowerBound + place.lowerBound..<range.upperBound + place.lowerBound)
    }
    return part
  }

  private func read(
    _ body: (NpyElements) throws(NpyProblem) -> DenseArray
  ) throws(SampleFault) -> DenseArray {
    do throws(NpyProblem) {
      switch storage {
      case .file(let file, let range):
        return try body(
          NpyElements(header, in: UnsafeRawBufferPointer(rebasing: file.bytes[range])))
      case .memory(let bytes):
        return try bytes.withUnsafeBufferPointer { (bytes) throws(NpyProblem) in
          try body(NpyElements(header, in: UnsafeRawBufferPointer(bytes)))
        }
      }
    } catch {
      throw .badArray(source: source, error)
    }
  }

  private static func header(
    _ bytes: UnsafeRawBufferPointer, _ source: String
  ) throws(SampleFault) -> NpyHeader {
    do throws(NpyProblem) {
      return try NpyHeader(bytes)
    } catch {
      throw .badArray(source: source, error)
    }
  }
}
