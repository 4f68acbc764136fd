import OpSet
import TFLite

/// Stores pruned weights without their zeros, where that was asked for and makes the file smaller.
/// Runs after all steps, on each weight's final encoding. Kernels read sparse weights directly
/// where one takes their form and is no slower than XNNPACK's dense kernel; other float weights
/// stand behind DENSIFY. Never touches weights that a kernel would read as dense.
package struct EncodeSparse: Pass {
  package static let name = "encode-sparse"
  package static let summary = "store pruned weights without their zeros where kernels read them so"

  package init() {}

  package func run(on model: inout Model, in job: inout Job) throws {
    var decoders: [TensorID: Operator] = [:]
    for weight in SparseWeight.all(in: model, job) {
      do {
        let (form, encoding) = try choice(weight, model, job)
        let buffer = model.append(.bytes(encoding.values))
        for id in weight.holders {
          if form.isDirect {
            model[id].buffer = buffer
            model[id].sparsity = encoding.sparsity
          } else {
            decoders[id] = model.densify(id, encoding, buffer: buffer)
          }
        }
        job.log.touchedKinds.formUnion(form.isDirect ? weight.kinds : [.densify])
        for id in weight.asked where !job.log.changed.contains(id) { job.log.countChange(of: id) }
      } catch let refusal as Refusal {
        for id in weight.asked { job.log.note(id, refusal.reason) }
      }
    }
    model.insertDecoders(decoders)
  }

  /// Returns the smallest form, preferring one that kernels read directly; throws `Refusal` where
  /// it is not smaller than dense storage.
  private func choice(
    _ weight: SparseWeight, _ model: Model, _ job: Job
  ) throws -> (SparseWeight.Form, SparseEncoding) {
    let forms = try weight.forms(model, job.options)
    let tensor = model[weight.holders[0]]
    guard let data = model.data(of: tensor), let elements = tensor.elementCount, elements > 0 else {
      throw Refusal(.hasNoData)
    }
    let reader = job.reader(data)
    defer { reader.releaseMemory() }
    let dense = try reader.withBytes(in: 0..<data.count) { [UInt8]($0) }
    let elementSize = dense.count / elements
    let shape = (tensor.shape ?? []).map(Int.init)
    var sizes: [Int: (blocks: Int, bytes: Int)] = [:]
    for block in Set(forms.map(\.block)) {
      sizes[block] = SparseEncoding.size(
        of: dense, elementSize: elementSize, columns: shape.last ?? 1, block: block)
    }
    // LiteRT takes no constant without bytes.
    guard sizes.values.allSatisfy({ $0.blocks > 0 }) else {
      throw Refusal(.hasOnlyZeros)
    }
    func bytes(_ form: SparseWeight.Form) -> Int {
      (sizes[form.block]?.bytes ?? 0) + form.structureCost
    }
    let fast = forms.filter { form in
      // The sparsity that was asked for is reached within half a block.
      Double(sizes[form.block]?.blocks ?? 0)
        <= (1 - form.breakEven) * Double(elements / form.block) + 0.5
    }
    let direct = fast.filter(\.isDirect)
    let best = (direct.isEmpty ? fast : direct).min { bytes($0) < bytes($1) }
    guard let form = best, bytes(form) < dense.count else {
      let least = forms.map(bytes).min() ?? 0
      throw Refusal(.gainsNothingSparse(bytes: least, of: dense.count))
    }
    return (
      form, SparseEncoding(dense, elementSize: elementSize, shape: shape, block: form.block)
    )
  }
}
