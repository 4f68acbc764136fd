import FlatBuffers
import Platform

/// A model file that was read: the model, the mapped bytes that its tensor data refers to, and the
/// bytes after the FlatBuffer.
package struct ModelFile: Sendable {
  /// The bytes behind the FlatBuffer.
  package enum Tail: Sendable {
    case none
    /// A ZIP of associated files.
    case zip(ZipTail)
    /// Bytes of another kind, such as a vendor's compiled program; offsets into them are unknown.
    case unknown(Range<Int>)

    package var range: Range<Int>? {
      switch self {
      case .none: nil
      case .zip(let zip): zip.range
      case .unknown(let range): range
      }
    }
  }

  package let file: MappedFile
  package var model: Model
  package let tail: Tail
  /// The end of everything that the root table reaches, without data outside the FlatBuffer.
  package let structureEnd: Int
  /// Unknown fields that were dropped on request.
  package let dropped: [String]
  /// Entries that lead nowhere and were removed; the runtime ignores them.
  package let leftOut: [ModelFault.Problem]

  package var bytes: UnsafeRawBufferPointer { file.bytes }

  /// Reads and checks what is needed to read every field: identifier, version, offsets and lengths.
  ///
  /// Decoded tables may take 24 MB and three times the file's size unless `maxMemory` says more.
  /// Throws `ModelFault`.
  package init(
    _ file: MappedFile, dropsUnknown: Bool = false, maxMemory: Int? = nil
  ) throws(ModelFault) {
    self.file = file
    try Self.checkIdentifier(file.bytes)
    let limits = ReadLimits(
      memory: maxMemory ?? (24 << 20) + 3 * file.bytes.count, dropsUnknown: dropsUnknown)
    let reading: FlatBuffer.Reading<Model>
    do {
      reading = try FlatBuffer.read(Model.self, from: file.bytes, limits: limits)
    } catch {
      throw .unreadable(error)
    }
    model = reading.root
    dropped = reading.dropped
    structureEnd = reading.end
    guard model.version == 3 else { throw .version(model.version) }
    leftOut = model.leaveOutDangling(fileSize: file.bytes.count)
    let end = max(reading.end, try model.resolveOutsideData(fileSize: file.bytes.count))
    tail = Self.findTail(file.bytes, from: end)
    model.loadControlDependencies(file.bytes)
    try model.checkReadable()
  }

  /// Returns every part of the FlatBuffer with the field that it belongs to. It reads the file once
  /// more.
  package func extents() throws(ModelFault) -> [Extent] {
    let limits = ReadLimits(memory: Int.max, dropsUnknown: true, recordsExtents: true)
    do {
      let root = [Extent(range: 0..<8, field: "root")]
      return root + (try FlatBuffer.read(Model.self, from: bytes, limits: limits).extents)
    } catch {
      throw .unreadable(error)
    }
  }

  private static func findTail(_ bytes: UnsafeRawBufferPointer, from end: Int) -> Tail {
    if let zip = ZipTail.find(in: bytes), zip.range.lowerBound >= end { return .zip(zip) }
    guard let first = bytes[end...].firstIndex(where: { $0 != 0 }) else { return .none }
    // Readers of these bytes rely on their alignment.
    return .unknown(max(end, first / 16 * 16)..<bytes.count)
  }

  private static func checkIdentifier(_ bytes: UnsafeRawBufferPointer) throws(ModelFault) {
    guard !bytes.isEmpty else { throw .empty }
    if let format = ContainerFormats.of(bytes) { throw .container(kind: format.name) }
    guard bytes.count >= 8 else { throw .tooShort(count: bytes.count) }
    let identifier = Array(bytes[4..<8])
    guard identifier == Array("TFL3".utf8) else { throw .identifier(identifier) }
  }
}

extension Model {
  /// Control dependencies are edited with the operators, so they are held as bytes.
  fileprivate mutating func loadControlDependencies(_ file: UnsafeRawBufferPointer) {
    for entry in metadata where entry.name == ControlDependencies.metadataName {
      guard Int(entry.buffer) < buffers.count,
        case .file(let range)? = buffers[Int(entry.buffer)].data
      else { continue }
      buffers[Int(entry.buffer)].data = .bytes(Array(file[range]))
    }
  }

  /// Turns `offset` and `size` of data outside the FlatBuffer into `data`. Returns the greatest
  /// end.
  mutating func resolveOutsideData(fileSize: Int) throws(ModelFault) -> Int {
    var end = 0
    func place(_ offset: UInt64, _ size: UInt64, _ what: String) throws(ModelFault) -> Range<Int> {
      let limit = UInt64(fileSize)
      guard offset <= limit, size <= limit - offset else {
        throw .outside(what: what, offset: offset, size: size)
      }
      end = max(end, Int(offset + size))
      return Int(offset)..<Int(offset + size)
    }
    // The runtime takes offsets 0 and 1 as "not outside".
    for index in buffers.indices where buffers[index].offset > 1 {
      let range = try place(buffers[index].offset, buffers[index].size, "buffers[\(index)]")
      if buffers[index].data == nil { buffers[index].data = .file(range) }
      buffers[index].offset = 0
      buffers[index].size = 0
    }
    for subgraph in subgraphs.indices {
      for index in subgraphs[subgraph].operators.indices {
        let entry = subgraphs[subgraph].operators[index]
        guard entry.largeCustomOptionsOffset > 1 else { continue }
        subgraphs[subgraph].operators[index].largeCustomOptions = try place(
          entry.largeCustomOptionsOffset, entry.largeCustomOptionsSize,
          "subgraphs[\(subgraph)].operators[\(index)].large_custom_options")
      }
    }
    return end
  }
}

extension ModelFile {
  /// Returns the same file with another model that refers to its bytes.
  package func with(_ model: Model) -> ModelFile {
    var copy = self
    copy.model = model
    return copy
  }
}
