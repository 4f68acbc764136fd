import Platform
import TFLite

/// An npy array in a file or an archive; only its header has been read.
struct StoredArray: Sendable {
  private enum Storage: Sendable {
    case file(MappedFile)
    case member(MemberContents)
  }

  /// The file, or `FILE.npz:ARRAY`.
  let source: String
  let header: NpyHeader
  private let storage: Storage

  init(_ file: MappedFile, source: String) throws(SampleFault) {
    self.source = source
    storage = .file(file)
    header = try Self.header(file.bytes, file.bytes.count, source)
  }

  init(_ member: ZipMember, in archive: MappedFile, source: String) throws(SampleFault) {
    self.source = source
    let contents = try MemberContents(member, in: archive, source: source)
    storage = .member(contents)
    header = try contents.head.withUnsafeBufferPointer { (head) throws(SampleFault) in
      try Self.header(UnsafeRawBufferPointer(head), member.size, source)
    }
  }

  func whole() throws(SampleFault) -> DenseArray {
    try read(releasing: header.data) { (elements) throws(NpyProblem) in try elements.whole() }
  }

  /// Returns the array at `index` of the first axis, which must exist.
  func part(_ index: Int) throws(SampleFault) -> DenseArray {
    try read(releasing: header.rangeOfPart(index)) { (elements) throws(NpyProblem) in
      try elements.part(index)
    }
  }

  /// Reads, and gives back what was mapped for `used`.
  private func read(
    releasing used: Range<Int>, _ body: (NpyElements) throws(NpyProblem) -> DenseArray
  ) throws(SampleFault) -> DenseArray {
    let (file, place) =
      switch storage {
      case .file(let file): (file, file.bytes.indices)
      case .member(let contents): try contents.contents()
      }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[place])
    defer {
      file.releaseAround(used.lowerBound + place.lowerBound..<used.upperBound + place.lowerBound)
    }
    do throws(NpyProblem) {
      return try body(NpyElements(header, in: bytes))
    } catch {
      throw .badArray(source: source, error)
    }
  }

  private static func header(
    _ bytes: UnsafeRawBufferPointer, _ size: Int, _ source: String
  ) throws(SampleFault) -> NpyHeader {
    do throws(NpyProblem) {
      return try NpyHeader(bytes, size: size)
    } catch {
      throw .badArray(source: source, error)
    }
  }
}
