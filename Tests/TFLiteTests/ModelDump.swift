import Compression
import FlatBuffers
import TFLite

/// Everything that a `Model` says, a line for each table, in the form in which
/// `Tools/record-model-dumps.py` records what LiteRT's schema parser says of the same file.
struct ModelDump {
  let model: Model
  let file: UnsafeRawBufferPointer

  var lines: [String] {
    let m = model
    var lines = ["model \(m.version) \(text(m.description)) \(vector(m.metadataBuffers))"]
    lines += m.operatorCodes.enumerated().map { index, code in
      "code \(index) \(code.deprecatedBuiltinCode) \(text(code.customCode)) \(code.version) "
        + "\(code.builtinCode.rawValue)"
    }
    lines += m.buffers.enumerated().map { "buffer \($0) \(content($1.data))" }
    lines += m.metadata.enumerated().map { "metadata \($0) \(text($1.name)) \($1.buffer)" }
    for (index, signature) in m.signatures.enumerated() {
      lines.append(
        "signature \(index) \(text(signature.key)) \(text(signature.deprecatedTag)) "
          + "\(signature.subgraphIndex)")
      lines += signature.inputs.map { " inputs \(text($0.name)) \($0.tensorIndex)" }
      lines += signature.outputs.map { " outputs \(text($0.name)) \($0.tensorIndex)" }
    }
    lines += m.externalBufferGroups.enumerated().map { "group \($0) \(text($1.name))" }
    lines += m.externalBuffers.enumerated().map { index, buffer in
      "external \(index) \(buffer.id) \(buffer.group) \(buffer.offset) \(buffer.length) "
        + text(buffer.packing)
    }
    for (index, subgraph) in m.subgraphs.enumerated() {
      lines.append(
        "subgraph \(index) \(text(subgraph.name)) \(vector(subgraph.inputs)) "
          + "\(vector(subgraph.outputs)) \(subgraph.debugMetadataIndex)")
      lines += subgraph.tensors.enumerated().flatMap(tensor)
      lines += subgraph.operators.enumerated().flatMap(operation)
    }
    return lines
  }

  private func tensor(_ index: Int, _ t: Tensor) -> [String] {
    var lines = [
      " tensor \(index) \(vector(t.shape)) \(t.type.rawValue) \(t.buffer) \(text(t.name)) "
        + "\(flag(t.isVariable)) \(vector(t.shapeSignature)) \(flag(t.hasRank)) "
        + "\(t.externalBuffer)"
    ]
    if let q = t.quantization { lines += quantization(q) }
    if let sparsity = t.sparsity {
      lines.append(
        "  sparsity \(vector(sparsity.traversalOrder)) \(vector(sparsity.blockMap))")
      lines += sparsity.dimensions.map { level in
        "   level \(level.format) \(level.denseSize) "
          + "\(level.segmentsType):\(indices(level.segments)) "
          + "\(level.indicesType):\(indices(level.indices))"
      }
    }
    lines += t.variantTensors.map {
      "  variant \(vector($0.shape)) \($0.type.rawValue) \(flag($0.hasRank))"
    }
    return lines
  }

  private func quantization(_ q: Quantization) -> [String] {
    var lines = [
      "  quantization \(floats(q.min)) \(floats(q.max)) \(floats(q.scale)) \(vector(q.zeroPoint)) "
        + "\(q.detailsType) \(q.quantizedDimension)"
    ]
    switch q.details {
    case .custom(let details): lines.append("   custom \(vector(details.custom))")
    case .blockwise(let details):
      lines.append(
        "   blockwise \(details.scales) \(details.zeroPoints) \(details.blockSize) "
          + vector(details.blockShape))
    case .multiAxis(let details):
      lines.append(
        "   multi_axis \(details.scales) \(details.zeroPoints) \(details.blockSize) "
          + vector(details.quantizedDimensions))
    case nil: break
    }
    return lines
  }

  private func indices(_ indices: SparseIndexVector?) -> String {
    switch indices {
    case .int32(let values): vector(values)
    case .uint16(let values): vector(values)
    case .uint8(let values): vector(values)
    case nil: "-"
    }
  }

  private func operation(_ index: Int, _ o: Operator) -> [String] {
    let large = o.largeCustomOptions.map { vector(Array(file[$0])) } ?? "-"
    let head =
      " operator \(index) \(o.opcodeIndex) \(vector(o.inputs)) \(vector(o.outputs)) "
      + "\(o.builtinOptionsType) \(vector(o.customOptions)) \(o.customOptionsFormat) "
      + "\(vector(o.mutatingVariableInputs)) \(vector(o.intermediates)) \(large) "
      + "\(o.builtinOptions2Type) \(o.debugMetadataIndex)"
    return [head] + [o.builtinOptions, o.builtinOptions2].compactMap { $0 }.map(options)
  }

  /// Deprecated fields, which the official parser does not show.
  private static let hidden: Set = ["new_height", "new_width"]

  private func options(_ options: Options) -> String {
    let isResize = options.table.name == "ResizeBilinearOptions"
    let fields = options.fields.filter { !isResize || !Self.hidden.contains($0.field.name) }
    let values = fields.map { field, value in
      let name = String(field.name.filter { $0 != "_" })
      return "\(name)=\(show(value, field.type))"
    }
    return (["  options \(options.table.name)"] + values).joined(separator: " ")
  }

  private func show(_ value: OptionValue, _ type: OptionType) -> String {
    switch value {
    case .string(let value): return text(value)
    case .bytes(let values): return vector(values)
    case .ints(let values) where type == .floats:
      return floats(values?.map { Float(bitPattern: UInt32(bitPattern: $0)) })
    case .ints(let values): return vector(values)
    case .longs(let values): return vector(values)
    case .scalar(let bits):
      switch type {
      case .byte: return "\(Int8(truncatingIfNeeded: bits))"
      case .int: return "\(Int32(truncatingIfNeeded: bits))"
      case .long: return "\(Int64(bitPattern: bits))"
      case .float: return hex(UInt32(truncatingIfNeeded: bits))
      default: return "\(bits)"
      }
    }
  }

  // MARK: Values

  private func flag(_ value: Bool) -> Int { value ? 1 : 0 }

  private func hex(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private func text(_ text: Text?) -> String {
    guard let text else { return "-" }
    let shown = text.utf8.map { byte -> String in
      guard byte <= 32 || byte >= 127 || byte == 92 else { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16)
      return "\\" + (digits.count < 2 ? "0" : "") + digits
    }
    return "'\(shown.joined())'"
  }

  private func vector<T: FixedWidthInteger>(_ values: [T]?) -> String {
    guard let values else { return "-" }
    guard values.count > 12 else { return "[\(values.map { "\($0)" }.joined(separator: ","))]" }
    return values.withUnsafeBytes { "\(values.count):\(hex(CRC32.checksum(of: $0)))" }
  }

  private func floats(_ values: [Float]?) -> String {
    guard let values else { return "-" }
    guard values.count > 12 else {
      return "[\(values.map { hex($0.bitPattern) }.joined(separator: ","))]"
    }
    return vector(values.map(\.bitPattern))
  }

  private func content(_ data: TensorData?) -> String {
    guard let data else { return "-" }
    let bytes = try? DataReader(data, file: file).withBytes(in: 0..<data.count) { Array($0) }
    return "\(data.count):\(hex((bytes ?? []).withUnsafeBytes { CRC32.checksum(of: $0) }))"
  }
}
