import Platform

/// The bytes of a buffer as a recipe: where they are, or how they are made when they are written.
package enum TensorData: Equatable, Sendable {
  /// Bytes of the input file.
  case file(Range<Int>)
  case bytes([UInt8])
  case deferred(DeferredData)

  package var count: Int {
    switch self {
    case .file(let range): range.count
    case .bytes(let bytes): bytes.count
    case .deferred(let deferred): deferred.count
    }
  }
}

/// Data that a transform makes of other data whenever it is read.
package final class DeferredData: Equatable, Sendable {
  package let source: TensorData
  package let transform: any TensorTransform
  /// Bytes of the result.
  package let count: Int

  package init(source: TensorData, transform: any TensorTransform, count: Int) {
    self.source = source
    self.transform = transform
    self.count = count
  }

  package static func == (a: DeferredData, b: DeferredData) -> Bool { a === b }
}

/// A change of a tensor's bytes that can be computed for any part of the result.
package protocol TensorTransform: Sendable {
  /// Fills `output` with the bytes of the result from `offset` on; both are multiples of the
  /// result's element size, except at the end. `source` reads the data before the transform.
  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws

  /// Gives back memory that is only kept between calls of `fill`.
  func releaseMemory()
}

extension TensorTransform {
  package func releaseMemory() {}
}

/// Reads one tensor's data, running its transforms.
package struct DataReader {
  package let data: TensorData
  let file: UnsafeRawBufferPointer

  package init(_ data: TensorData, file: UnsafeRawBufferPointer) {
    self.data = data
    self.file = file
  }

  package var count: Int { data.count }

  /// Calls `body` with the bytes in `range`: of the file itself where they are unchanged, else of a
  /// temporary buffer.
  package func withBytes<Result>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    switch data {
    case .file(let place):
      let start = place.lowerBound + range.lowerBound
      return try body(UnsafeRawBufferPointer(rebasing: file[start..<start + range.count]))
    case .bytes(let bytes):
      return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    case .deferred:
      let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 64)
      defer { scratch.deallocate() }
      try fill(scratch, at: range.lowerBound)
      return try body(UnsafeRawBufferPointer(scratch))
    }
  }

  /// Copies the bytes from `offset` on into `output`.
  package func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    if case .deferred(let deferred) = data {
      return try deferred.transform.fill(
        output, at: offset, from: DataReader(deferred.source, file: file))
    }
    try withBytes(in: offset..<offset + output.count) { output.copyMemory(from: $0) }
  }

  /// Gives back what transforms keep between calls.
  package func releaseMemory() {
    guard case .deferred(let deferred) = data else { return }
    deferred.transform.releaseMemory()
    DataReader(deferred.source, file: file).releaseMemory()
  }

  /// Gives back the pages that reading a part took. A transform's source has elements of the same size,
  /// or its pages stay.
  package func release(_ map: MappedFile, _ part: Range<Int>) {
    switch data {
    case .file(let place):
      map.release(place.lowerBound + part.lowerBound..<place.lowerBound + part.upperBound)
    case .bytes: break
    case .deferred(let deferred):
      guard deferred.source.count == count else { return }
      DataReader(deferred.source, file: file).release(map, part)
    }
  }

  /// Gives back the pages and memory that reading this data took.
  package func release(_ map: MappedFile) {
    switch data {
    case .file(let place):
      map.release(place)
    case .bytes:
      break
    case .deferred(let deferred):
      deferred.transform.releaseMemory()
      DataReader(deferred.source, file: file).release(map)
    }
  }
}
