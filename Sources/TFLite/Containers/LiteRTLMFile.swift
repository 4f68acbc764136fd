import FlatBuffers

/// A LiteRT-LM file: a FlatBuffer that lists sections, which begin at multiples of 16 KiB.
///
/// Source: `litert_lm_builder` 0.18.1, litertlm_core and litertlm_builder.
package struct LiteRTLMFile: ContainerFormat {
  package static let name = "LiteRT-LM bundle (.litertlm)"

  private static let magic = "LITERTLM".utf8
  private static let block = 16384

  /// AnySectionDataType: a name for `--section`, and words.
  private static let types: [(name: String, kind: String)] = [
    ("none", "section without a type"), ("data", "binary data"), ("deprecated", "deprecated data"),
    ("model", "TFLite model"), ("sp_tokenizer", "SentencePiece tokenizer"),
    ("llm_metadata", "LLM metadata"), ("hf_tokenizer", "Hugging Face tokenizer"),
    ("weights", "TFLite weights"), ("embedding_metadata", "embedding metadata"),
    ("executor_metadata", "executor metadata"), ("tts", "text to speech"),
    ("asr", "speech recognition"),
  ]
  private static let modelType = 3
  /// Types whose bytes may be anything.
  private static let anyTypes = [0, 1]

  private let header: LiteRTLMHeader
  private let headerEnd: Int
  package let sections: [ContainerSection]
  /// Numbers of sections in the order of their bytes.
  private let order: [Int]
  private let count: Int
  private let alignment: Int

  package static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: magic)
  }

  package init(_ bytes: UnsafeRawBufferPointer) throws(ContainerFault) {
    (header, headerEnd) = try LiteRTLMHeader.read(bytes)
    let objects = header.sections?.objects ?? []
    var ranges: [Range<Int>] = []
    for (index, object) in objects.enumerated() {
      guard object.beginPlace != nil, object.endPlace != nil else {
        throw ContainerFault(
          .missing(object.beginPlace == nil ? "begin_offset" : "end_offset"),
          at: .section(index, name: nil))
      }
      guard object.begin <= object.end, object.begin >= UInt64(headerEnd),
        object.end <= UInt64(bytes.count)
      else {
        throw ContainerFault(
          .outside(begin: object.begin, end: object.end), at: .section(index, name: nil))
      }
      ranges.append(Int(object.begin)..<Int(object.end))
    }
    order = ranges.indices.sorted {
      (ranges[$0].lowerBound, ranges[$0].upperBound, $0)
        < (ranges[$1].lowerBound, ranges[$1].upperBound, $1)
    }
    var (end, before) = (headerEnd, 0)
    for index in order {
      guard ranges[index].lowerBound >= end else {
        throw ContainerFault(.overlap(before), at: .section(index, name: nil))
      }
      try ContainerPadding.check(end..<ranges[index].lowerBound, of: bytes)
      (end, before) = (ranges[index].upperBound, index)
    }
    try ContainerPadding.check(end..<bytes.count, of: bytes)
    count = bytes.count
    alignment = ContainerPadding.alignment(of: ranges.map(\.lowerBound), most: Self.block)
    sections = Self.sections(objects, ranges)
  }

  private static func sections(
    _ objects: [LiteRTLMHeader.Section], _ ranges: [Range<Int>]
  ) -> [ContainerSection] {
    var names: Set<String> = []
    return zip(objects, ranges).map { object, range in
      let type = Int(object.type)
      let facts = object.items.facts
      let row =
        types.indices.contains(type) ? types[type] : ("type_\(type)", "section of type \(type)")
      let model = facts.first { $0.key == "model_type" }?.value
      let plain = type == modelType ? model ?? row.0 : row.0 + (model.map { ".\($0)" } ?? "")
      // Several sections may have one type.
      var (name, number) = (plain, 1)
      while !names.insert(name).inserted {
        number += 1
        name = "\(plain)#\(number)"
      }
      let content: ContainerSection.Content =
        type == modelType ? .model : anyTypes.contains(type) ? .any : .opaque
      return ContainerSection(
        name: name, kind: row.1, content: content, range: range,
        facts: facts.filter { $0.key != "model_type" })
    }
  }

  package var facts: [(key: String, value: String)] { header.system?.entries.facts ?? [] }
  package var hasChecksums: Bool { false }

  // MARK: Writing

  package func placement(
    of sections: [ContainerPlacement.Section]
  ) throws(ContainerFault) -> ContainerPlacement {
    var ranges = self.sections.map(\.range)
    // Ends of the section before, in the file that was read and in the new one. The header's stays.
    var (oldEnd, end) = (headerEnd, headerEnd)
    for index in order {
      let old = ranges[index]
      let start = end == oldEnd ? old.lowerBound : aligned(end, alignment)
      ranges[index] = start..<start + sections[index].count
      (oldEnd, end) = (old.upperBound, ranges[index].upperBound)
    }
    // Some writers fill the last block.
    let isFilled = count > oldEnd && count % alignment == 0
    let total = end == oldEnd ? count : isFilled ? aligned(end, alignment) : end
    return ContainerPlacement(ranges: ranges, count: total)
  }

  package func frame(
    _ bytes: UnsafeRawBufferPointer, _ placement: ContainerPlacement, checksums: [UInt32?]
  ) -> [ContainerPlacement.Part] {
    var head = [UInt8](bytes[..<headerEnd])
    for (object, range) in zip(header.sections?.objects ?? [], placement.ranges) {
      for (place, value) in [
        (object.beginPlace, range.lowerBound), (object.endPlace, range.upperBound),
      ] {
        guard let place else { continue }
        withUnsafeBytes(of: UInt64(value).littleEndian) { value in
          for (offset, byte) in value.enumerated() {
            head[LiteRTLMHeader.start + place.lowerBound + offset] = byte
          }
        }
      }
    }
    var parts = [ContainerPlacement.Part(position: 0, bytes: head)]
    var end = headerEnd
    func pad(to target: Int) {
      guard target > end else { return }
      parts.append(.init(position: end, bytes: [UInt8](repeating: 0, count: target - end)))
    }
    for index in order {
      pad(to: placement.ranges[index].lowerBound)
      end = placement.ranges[index].upperBound
    }
    pad(to: placement.count)
    return parts
  }
}
