import Platform

/// A container that is written anew around the results of steps: same sections, names and order, and
/// every section that did not change byte for byte.
package struct ContainerWriter: Sendable {
  package indirect enum Content: Sendable {
    case kept
    case model(ModelWriter)
    case container(ContainerWriter)

    fileprivate var count: Int? {
      switch self {
      case .kept: nil
      case .model(let writer): writer.count
      case .container(let writer): writer.count
      }
    }
  }

  /// Bytes that were written, to be compared with those on disk.
  package struct Written {
    package let range: Range<Int>
    package let checksum: UInt64
  }

  package let container: Container
  /// What becomes of each section.
  package let contents: [Content]
  package let placement: ContainerPlacement
  private let threads: Int

  package var count: Int { placement.count }

  /// `results` are the writers of changed models, by `Container.Model.path`.
  package init(
    _ container: Container, _ results: [[Int]: ModelWriter], threads: Int
  ) throws(ContainerFault) {
    var contents: [Content] = []
    for (index, section) in container.sections.enumerated() {
      var content = Content.kept
      if let writer = results[[index]] {
        content = .model(writer)
      } else if case .container(let inner) = section.content {
        var own: [[Int]: ModelWriter] = [:]
        for (path, writer) in results where path.first == index {
          own[Array(path.dropFirst())] = writer
        }
        if !own.isEmpty { content = .container(try ContainerWriter(inner, own, threads: threads)) }
      }
      contents.append(content)
    }
    self.container = container
    self.contents = contents
    self.threads = threads
    placement = try container.format.placement(
      of: zip(container.sections, contents).map { section, content in
        .init(count: content.count ?? section.range.count, isChanged: content.count != nil)
      })
  }

  // MARK: Writing

  /// Writes the sections of a container that begins at byte `start` of the output.
  package func writeSections(to output: OutputFile, at start: Int) throws -> [Written] {
    var written: [Written] = []
    for (index, content) in contents.enumerated() {
      let range = placement.ranges[index]
      let place = start + range.lowerBound..<start + range.upperBound
      switch content {
      case .kept:
        let plan = WritePlan(
          Self.pieces(of: container.sections[index].range), threads: threads,
          source: container.file)
        written.append(Written(range: place, checksum: try plan.run(output, at: place.lowerBound)))
      case .model(let writer):
        written.append(
          Written(range: place, checksum: try writer.write(to: output, at: place.lowerBound)))
      case .container(let writer):
        written += try writer.writeSections(to: output, at: place.lowerBound)
      }
    }
    return written
  }

  /// Returns a part of the file in pieces of some megabytes, since pages are given back piece by piece.
  private static func pieces(of range: Range<Int>) -> [WritePlan.Piece] {
    let step = 4 << 20
    return stride(from: range.lowerBound, to: range.upperBound, by: step).map { start in
      .data(.file(start..<min(start + step, range.upperBound)))
    }
  }

  /// Returns everything between the sections, once these are on disk: headers and padding. `crc32`
  /// returns the checksum of a part of the output.
  package func frames(
    at start: Int, crc32: (Range<Int>) throws -> UInt32,
    write: (ContainerPlacement.Part) throws -> Void
  ) throws {
    var checksums: [UInt32?] = []
    for (index, content) in contents.enumerated() {
      let range = placement.ranges[index]
      let place = start + range.lowerBound..<start + range.upperBound
      if case .container(let writer) = content {
        try writer.frames(at: place.lowerBound, crc32: crc32, write: write)
      }
      let isNeeded = content.count != nil && container.format.hasChecksums
      checksums.append(isNeeded ? try crc32(place) : nil)
    }
    for part in container.format.frame(container.file.bytes, placement, checksums: checksums)
    where !part.bytes.isEmpty {
      try write(.init(position: start + part.position, bytes: part.bytes))
    }
  }

  // MARK: Verification

  /// Whether a container that was read has the sections that were to be written, with the models in
  /// them. The checksums cover the bytes themselves.
  package func hasSameStructure(as other: Container) throws -> Bool {
    guard other.sections.count == contents.count, other.file.bytes.count == count else {
      return false
    }
    for (index, (section, content)) in zip(other.sections, contents).enumerated() {
      let source = container.sections[index]
      guard section.name == source.name, section.kind == source.kind,
        section.range == placement.ranges[index],
        section.facts.elementsEqual(source.facts, by: ==)
      else { return false }
      switch (content, section.content) {
      case (.kept, _): continue
      case (.model(let writer), .model):
        let file = try ModelFile(
          MappedFile(section.range, of: other.file, as: section.name), maxMemory: Int.max)
        guard writer.hasSameStructure(as: file.model) else { return false }
      case (.container(let writer), .container(let inner)):
        guard try writer.hasSameStructure(as: inner) else { return false }
      default: return false
      }
    }
    return true
  }
}
