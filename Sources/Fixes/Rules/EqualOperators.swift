import Optimizer
import TFLite

/// Keeps one of several constants or operators that are equal. Never merges variables, inputs, outputs,
/// or operators with an effect.
struct EqualOperators: FixRule {
  static let name = "duplicates"
  static let summary = "keep one of equal constants and equal operators"

  func apply(to editor: inout GraphEditor) throws {
    try mergeConstants(&editor)
    mergeOperators(&editor)
  }

  // MARK: Constants

  private struct Shape: Hashable {
    let type: TensorType
    let shape: [Int32]
    let bytes: Int
  }

  private func mergeConstants(_ editor: inout GraphEditor) throws {
    let tensors = editor.model.subgraphs[editor.subgraph].tensors
    let scales = Set(tensors.flatMap { $0.quantization?.details?.tensors ?? [] })
    var groups: [Shape: [Int32]] = [:]
    for (index, tensor) in tensors.enumerated() {
      let place = Int32(index)
      guard editor.isConstant(place), editor.isInner(place), !editor.uses(of: place).isEmpty,
        !tensor.isVariable, !scales.contains(place), let data = editor.model.data(of: tensor)
      else { continue }
      let key = Shape(type: tensor.type, shape: tensor.shape ?? [], bytes: data.count)
      groups[key, default: []].append(place)
    }
    let several = groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    // Nothing that goes is read anew on the way.
    let uses = editor.graph.uses
    for group in several {
      for (place, known) in try equal(group, editor) {
        editor.redirect(uses[Int(place)], to: known)
      }
    }
  }

  /// Returns the constants that equal an earlier one, with that.
  private func equal(
    _ group: [Int32], _ editor: GraphEditor
  ) throws -> [(place: Int32, known: Int32)] {
    var kept: [[UInt8]: [Int32]] = [:]
    var found: [(place: Int32, known: Int32)] = []
    for place in group {
      let tensor = editor.tensor(place)
      let bytes = try editor.bytes(place) ?? []
      let known = kept[bytes]?.first { first in
        let other = editor.tensor(first)
        return other.quantization == tensor.quantization && other.sparsity == tensor.sparsity
      }
      if let known {
        found.append((place, known))
      } else {
        kept[bytes, default: []].append(place)
      }
    }
    return found
  }

  // MARK: Operators

  private struct Signature: Hashable {
    let code: UInt32
    let inputs: [Int32]
    let outputs: Int
  }

  private func mergeOperators(_ editor: inout GraphEditor) {
    var known: [Signature: [Int]] = [:]
    let graph = editor.graph
    for index in editor.operators.indices {
      let entry = editor.operators[index]
      guard editor.isPure(entry), !editor.isExcluded(index), let inputs = entry.inputs,
        !inputs.isEmpty,
        let outputs = entry.outputs, outputs.allSatisfy({ $0 >= 0 }),
        entry.intermediates?.isEmpty ?? true,
        !inputs.contains(where: { $0 >= 0 && editor.tensor($0).isVariable })
      else { continue }
      let key = Signature(code: entry.opcodeIndex, inputs: inputs, outputs: outputs.count)
      let equal = known[key]?.first { isEqual(editor.operators[$0], entry, editor) }
      guard let equal, outputs.allSatisfy({ !graph.isOutput[Int($0)] }),
        outputs.contains(where: { !graph.uses[Int($0)].isEmpty })
      else {
        known[key, default: []].append(index)
        continue
      }
      for (old, new) in zip(outputs, editor.operators[equal].outputs ?? []) {
        editor.redirect(graph.uses[Int(old)], to: new)
      }
    }
  }

  private func isEqual(_ a: Operator, _ b: Operator, _ editor: GraphEditor) -> Bool {
    a.builtinOptions == b.builtinOptions && a.builtinOptions2 == b.builtinOptions2
      && a.customOptions == b.customOptions
      && zip(a.outputs ?? [], b.outputs ?? []).allSatisfy { editor.haveSameForm($0, $1) }
  }
}
