import FlatBuffers

/// Containers that hold models among other files; they are named, not yet opened.
enum Bundle {
  /// Returns the fault for a container, or nil for anything else.
  static func fault(_ bytes: UnsafeRawBufferPointer) -> ModelFault? {
    if bytes.starts(with: "PK\u{3}\u{4}".utf8) {
      let entries = ZipTail.find(in: bytes)?.entries ?? []
      return .bundle(
        kind: "ZIP bundle (.task)",
        contents: entries.map { String(decoding: $0.name, as: UTF8.self) })
    }
    guard bytes.starts(with: "LITERTLM".utf8) else { return nil }
    return .bundle(kind: "LiteRT-LM bundle (.litertlm)", contents: sections(bytes))
  }

  /// Kinds of the sections, from the FlatBuffer at byte 32 (litert_lm_builder, version 1).
  private static func sections(_ bytes: UnsafeRawBufferPointer) -> [String] {
    guard bytes.count > 40 else { return [] }
    let end = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    guard end > 40, end <= UInt64(bytes.count) else { return [] }
    let header = UnsafeRawBufferPointer(rebasing: bytes[32..<Int(end)])
    let limits = ReadLimits(memory: 1 << 20, dropsUnknown: true)
    let reading = try? FlatBuffer.read(LiteRTLMHeader.self, from: header, limits: limits)
    return reading?.root.sections?.objects.map(\.kind) ?? []
  }
}

/// LiteRTLMMetaData, as far as it is needed.
private struct LiteRTLMHeader: Table {
  var sections: Sections?

  mutating func visit(_ v: inout Visitor) { v.table(1, "section_metadata", &sections) }

  struct Sections: Table {
    var objects: [Section] = []
    var absent: UInt16 = 0

    mutating func visit(_ v: inout Visitor) { v.tables(0, "objects", &objects, absent: &absent) }
  }

  struct Section: Table {
    var type: UInt8 = 0

    mutating func visit(_ v: inout Visitor) { v.scalar(3, "data_type", &type) }

    /// AnySectionDataType.
    private static let kinds = [
      "none", "binary data", "deprecated", "TFLite model", "SentencePiece tokenizer",
      "LLM metadata", "Hugging Face tokenizer", "TFLite weights", "embedding metadata",
      "executor metadata", "text to speech", "speech recognition",
    ]

    var kind: String {
      Self.kinds.indices.contains(Int(type)) ? Self.kinds[Int(type)] : "section of kind \(type)"
    }
  }
}
