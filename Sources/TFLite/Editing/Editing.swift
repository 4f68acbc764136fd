import FlatBuffers

/// The few functions through which passes change a model, so that index bookkeeping exists once.
/// No index shifts before `removeUnused`.
extension Model {
  /// Returns the index of a new buffer.
  package mutating func append(_ data: TensorData) -> UInt32 {
    buffers.append(Buffer(data))
    return UInt32(buffers.count - 1)
  }

  /// Returns the identifier of a new tensor of `subgraph`.
  package mutating func append(_ tensor: Tensor, to subgraph: Int) -> TensorID {
    subgraphs[subgraph].tensors.append(tensor)
    return TensorID(subgraph, subgraphs[subgraph].tensors.count - 1)
  }

  /// Returns the index of the operator code of `kind` with `version`, made if there is none.
  package mutating func code(for kind: BuiltinOperator, version: Int32) -> UInt32 {
    let known = operatorCodes.firstIndex {
      $0.kind == kind && $0.version == version && ($0.customCode?.utf8.isEmpty ?? true)
    }
    if let known { return UInt32(known) }
    var code = OperatorCode()
    code.kind = kind
    code.version = version
    operatorCodes.append(code)
    return UInt32(operatorCodes.count - 1)
  }

  /// Replaces the operators of a subgraph: for each old index, `edit` returns the operators that
  /// replace it. The one that is `old` itself, if any, keeps its control dependencies.
  package mutating func rewriteOperators(
    of subgraph: Int, _ edit: (_ index: Int, _ old: Operator) -> [OperatorEdit]
  ) {
    var operators: [Operator] = []
    var places = [Int32](repeating: -1, count: subgraphs[subgraph].operators.count)
    for (index, old) in subgraphs[subgraph].operators.enumerated() {
      for change in edit(index, old) {
        switch change {
        case .keep(let entry):
          places[index] = Int32(operators.count)
          operators.append(entry)
        case .insert(let entry):
          operators.append(entry)
        }
      }
    }
    subgraphs[subgraph].operators = operators
    remapControlDependencies(subgraph: subgraph, places)
  }

  private mutating func remapControlDependencies(subgraph: Int, _ places: [Int32]) {
    guard let entry = metadata.first(where: { $0.name == ControlDependencies.metadataName }),
      Int(entry.buffer) < buffers.count,
      case .bytes(let bytes)? = buffers[Int(entry.buffer)].data,
      var dependencies = ControlDependencies(bytes)
    else { return }
    dependencies.remap(subgraph: subgraph, places)
    buffers[Int(entry.buffer)].data = .bytes(dependencies.encoded)
  }

  /// Makes operator inputs read another tensor.
  package mutating func redirect(_ uses: [Graph.Use], of subgraph: Int, to tensor: Int) {
    for use in uses {
      subgraphs[subgraph].operators[use.operation].inputs?[use.operand] = Int32(tensor)
    }
  }
}

/// The fate of an operator in an edit.
package enum OperatorEdit {
  /// The old operator, changed or not.
  case keep(Operator)
  case insert(Operator)
}

extension OperatorCode {
  /// The greater of both fields: files before schema 3a fill only the deprecated one.
  package var kind: BuiltinOperator {
    get { BuiltinOperator(rawValue: max(Int32(deprecatedBuiltinCode), builtinCode.rawValue)) }
    set {
      builtinCode = newValue
      deprecatedBuiltinCode = Int8(
        clamping: min(newValue.rawValue, BuiltinOperator.placeholder.rawValue))
    }
  }
}
