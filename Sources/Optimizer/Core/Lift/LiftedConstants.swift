import TFLite

/// The float forms of quantized constants. `restore-constants` restores the integers behind
/// DEQUANTIZE of those that are still float at the end.
struct LiftedConstants {
  /// By quantized tensor, the tensor with its float values.
  private(set) var floats: [TensorID: TensorID] = [:]
  /// By quantized tensor, the tensor with its integers.
  private(set) var integers: [TensorID: TensorID] = [:]

  init(_ plan: LiftPlan, _ model: inout Model, _ job: inout Job) {
    guard !plan.constants.isEmpty else { return }
    let decoder = model.code(for: .dequantize, version: 1)
    // A decoder that is restored later still reads the integers.
    let read = Set(job.decoded.sources.values)
    for (id, transform) in plan.constants.sorted(by: { $0.key < $1.key }) {
      guard let data = model.data(of: id), let elements = model[id].elementCount else { continue }
      let stored = model[id]
      let copy = model.append(stored, to: id.subgraph)
      let target = read.contains(id) ? copy : id
      let source = read.contains(id) ? id : copy
      let buffer = model.append(
        .deferred(DeferredData(source: data, transform: transform, count: elements * 4)))
      model[target].type = .float32
      model[target].quantization = nil
      model[target].buffer = buffer
      floats[id] = target
      integers[id] = source
      guard ![.int32, .int64].contains(stored.type) else { continue }
      var entry = Operator()
      entry.opcodeIndex = decoder
      entry.inputs = [Int32(source.index)]
      entry.outputs = [Int32(target.index)]
      job.decoded.add(
        FoldedConstant(
          tensor: target, source: source, decoder: entry, formerBuffer: 0, buffer: buffer))
    }
  }
}
