import FlatBuffers
import TFLite

extension Preprocessing {
  /// Preprocessing by the model's metadata, without options of the user.
  package init(metadataOf file: ModelFile) {
    self.init()
    metadata = ModelInputInfo.all(in: file)
  }
}

extension ModelInputInfo {
  /// Returns the metadata of each input of the first subgraph; an empty array if the file has none
  /// or they cannot be read.
  package static func all(in file: ModelFile) -> [ModelInputInfo] {
    metadata(of: file).map(all(inMetadata:)) ?? []
  }

  static func all(inMetadata bytes: UnsafeRawBufferPointer) -> [ModelInputInfo] {
    subgraph(inMetadata: bytes)?.inputs.map(\.info) ?? []
  }

  /// Returns the names of the files with the class names of each output of the first subgraph, the
  /// best first; the files are in the ZIP after the model.
  static func labelFiles(in file: ModelFile) -> [[String]] {
    metadata(of: file).map(labelFiles(inMetadata:)) ?? []
  }

  static func labelFiles(inMetadata bytes: UnsafeRawBufferPointer) -> [[String]] {
    let outputs = subgraph(inMetadata: bytes)?.outputs ?? []
    return outputs.map { output in
      let lists = output.files.filter { $0.kind == AssociatedFile.axisLabels }
      // A list with a locale is a translation.
      return (lists.filter { $0.locale == nil } + lists.filter { $0.locale != nil })
        .compactMap { $0.name?.description }
    }
  }

  private static func metadata(of file: ModelFile) -> UnsafeRawBufferPointer? {
    guard
      let entry = file.model.metadata.first(where: { $0.name?.description == "TFLITE_METADATA" }),
      file.model.buffers.indices.contains(Int(entry.buffer)),
      case .file(let range)? = file.model.buffers[Int(entry.buffer)].data
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: file.bytes[range])
  }

  private static func subgraph(inMetadata bytes: UnsafeRawBufferPointer) -> SubgraphMetadata? {
    // Newer metadata schemas add fields; none of them matters here.
    let limits = ReadLimits(memory: 1 << 24, dropsUnknown: true)
    let reading = try? FlatBuffer.read(ModelMetadata.self, from: bytes, limits: limits)
    return reading?.root.subgraphs.first
  }
}

// The tables of metadata_schema.fbs (tflite-support) that say how an input is filled and how an
// output's classes are called.

private struct ModelMetadata: Table {
  var subgraphs: [SubgraphMetadata] = []
  private var absent: UInt16 = 0

  mutating func visit(_ v: inout Visitor) {
    v.tables(3, "subgraph_metadata", &subgraphs, absent: &absent)
  }
}

private struct SubgraphMetadata: Table {
  var inputs: [TensorMetadata] = []
  var outputs: [TensorMetadata] = []
  private var absent: UInt16 = 0

  mutating func visit(_ v: inout Visitor) {
    v.tables(2, "input_tensor_metadata", &inputs, absent: &absent)
    v.tables(3, "output_tensor_metadata", &outputs, absent: &absent)
  }
}

private struct TensorMetadata: Table {
  var name: Text?
  var content: ContentMetadata?
  var units: [ProcessUnit] = []
  var stats: Stats?
  var files: [AssociatedFile] = []
  private var absent: UInt16 = 0

  mutating func visit(_ v: inout Visitor) {
    v.string(0, "name", &name)
    v.table(3, "content", &content)
    v.tables(4, "process_units", &units, absent: &absent)
    v.table(5, "stats", &stats)
    v.tables(6, "associated_files", &files, absent: &absent)
  }

  var info: ModelInputInfo {
    var info = ModelInputInfo()
    info.name = name?.description
    info.content = content?.content ?? .other
    let unit = units.first { unit in
      !unit.mean.isEmpty && unit.mean.count == unit.std.count
        && (unit.mean + unit.std).allSatisfy(\.isFinite) && !unit.std.contains(0)
    }
    info.mean = unit?.mean ?? []
    info.std = unit?.std ?? []
    info.minimum = stats?.min ?? []
    info.maximum = stats?.max ?? []
    return info
  }
}

private struct ContentMetadata: Table {
  var content = ModelInputInfo.Content.other

  mutating func visit(_ v: inout Visitor) {
    var kind: UInt8 = 0
    v.scalar(0, "content_properties_type", &kind)
    var (first, second): (UInt32, UInt32) = (0, 0)
    let isPresent = v.union(1, "content_properties", isPresent: false) { v in
      switch kind {
      case 2:
        var color: Int8 = 0
        v.scalar(0, "color_space", &color)
        first = UInt32(truncatingIfNeeded: color)
      case 4:
        v.scalar(0, "sample_rate", &first)
        v.scalar(1, "channels", &second)
      default: break
      }
    }
    switch kind {
    case 2 where isPresent: content = .image(isGray: first == 2 ? true : first == 1 ? false : nil)
    case 4 where isPresent: content = .sound(rate: Int(first), channels: Int(second))
    default: break
    }
  }
}

private struct ProcessUnit: Table {
  var mean: [Float] = []
  var std: [Float] = []

  mutating func visit(_ v: inout Visitor) {
    var kind: UInt8 = 0
    v.scalar(0, "options_type", &kind)
    var (mean, std): ([Float]?, [Float]?)
    // NormalizationOptions.
    guard kind == 1 else { return }
    _ = v.union(1, "options", isPresent: false) { v in
      v.vector(0, "mean", &mean)
      v.vector(1, "std", &std)
    }
    (self.mean, self.std) = (mean ?? [], std ?? [])
  }
}

private struct AssociatedFile: Table {
  /// TENSOR_AXIS_LABELS: a name for each element along an axis.
  static let axisLabels: Int8 = 2

  var name: Text?
  var kind: Int8 = 0
  var locale: Text?

  mutating func visit(_ v: inout Visitor) {
    v.string(0, "name", &name)
    v.scalar(2, "type", &kind)
    v.string(3, "locale", &locale)
  }
}

private struct Stats: Table {
  var max: [Float]?
  var min: [Float]?

  mutating func visit(_ v: inout Visitor) {
    v.vector(0, "max", &max)
    v.vector(1, "min", &min)
  }
}
