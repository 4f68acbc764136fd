import FlatBuffers
import TFLite

/// The division of a model file's bytes by purpose.
package enum Anatomy {
  /// The categories in the order in which reports show them.
  package static let categories = [
    "weights", "quantization", "names", "metadata", "structure", "padding", "tail",
  ]

  /// Bytes of each category; they add up to the size of the file.
  package static func of(_ file: ModelFile) throws -> [(category: String, bytes: Int)] {
    var counts: [String: Int] = [:]
    let metadata = Set(
      file.model.metadata.map(\.buffer) + (file.model.metadataBuffers ?? []).map(UInt32.init))
    var places: [Range<Int>: String] = [:]
    for (index, buffer) in file.model.buffers.enumerated() {
      guard case .file(let range)? = buffer.data else { continue }
      let isMetadata = metadata.contains(UInt32(index))
      if !isMetadata || places[range] == nil { places[range] = isMetadata ? "metadata" : "weights" }
    }
    var extents = try file.extents()
    // Data inside the FlatBuffer was reached with its length before it; data outside was not.
    let inside = Set(extents.lazy.filter { $0.field == "data" }.map(\.range.upperBound))
    extents += places.keys.filter { !inside.contains($0.upperBound) }
      .map { Extent(range: $0, field: "data") }
    if let tail = file.tail.range { extents.append(Extent(range: tail, field: "tail")) }
    extents.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var covered = 0
    for extent in extents where extent.range.upperBound > covered {
      // Tables may share bytes with vtables; each byte counts once.
      let bytes = extent.range.upperBound - max(covered, extent.range.lowerBound)
      counts["padding", default: 0] += max(0, extent.range.lowerBound - covered)
      let data =
        extent.range.lowerBound + 4..<max(extent.range.upperBound, extent.range.lowerBound + 4)
      let holder = extent.field == "data" ? places[data] ?? places[extent.range] : nil
      counts[holder ?? category(of: extent.field), default: 0] += bytes
      covered = extent.range.upperBound
    }
    counts["padding", default: 0] += file.bytes.count - covered
    return categories.map { ($0, counts[$0] ?? 0) }
  }

  private static func category(of field: String) -> String {
    switch field {
    case "name", "signature_key", "description", "custom_code": "names"
    case "min", "max", "scale", "zero_point", "custom", "values": "quantization"
    case "tail": "tail"
    default: "structure"
    }
  }
}
