import Evaluation
import Interpreter
import JSON
import TFLite

extension ReportDocument.Quality {
  /// A result of an operator of the second model.
  package struct OperatorError: Sendable {
    package var subgraph: Int
    package var index: Int
    package var kind: String
    package var output: String
    /// Of the second model's tensor.
    package var type: String
    /// Nil where the first model has no such tensor, or no run reached it.
    package var row: Row?

    var place: String { subgraph == 0 ? "\(index)" : "\(subgraph):\(index)" }
    var types: String { row?.types ?? type }

    var json: JSONValue {
      .object([
        "subgraph": .integer(subgraph), "index": .integer(index), "kind": .string(kind),
        "output": .string(output), "types": .string(types), "isCompared": .bool(row != nil),
        "maxAbs": row.map { .number($0.maxAbs) }, "rmse": row.map { .number($0.rmse) },
        "sqnr": row.map { .number($0.sqnr) },
        "rmsePerScale": row?.rmsePerScale.map(JSONValue.number),
        "saturated": row?.saturatedShare.map(JSONValue.number),
        "channelFactors": row?.channelFactors.map {
          .array([.number($0.lowerBound), .number($0.upperBound)])
        },
        "notFinite": row.map { .integer($0.notFinite) },
      ])
    }
  }

  /// Every result of the second model's operators, in the order of the file, which is the order of
  /// execution.
  package mutating func listOperators(of model: Model, _ comparison: Comparison) {
    var rows: [TensorPlace: Row] = [:]
    for row in comparison.tensorRows {
      guard let place = row.place else { continue }
      rows[TensorPlace(place.subgraph, place.index, row.name)] = Row(row)
    }
    operators = model.subgraphs.enumerated().flatMap { s, subgraph in
      subgraph.operators.enumerated().flatMap { o, entry in
        (entry.outputs ?? []).filter { $0 >= 0 }.map { output in
          let tensor = subgraph.tensors[Int(output)]
          return OperatorError(
            subgraph: s, index: o, kind: model.name(of: entry), output: tensor.label,
            type: tensor.type.description, row: rows[TensorPlace(s, o, tensor.label)])
        }
      }
    }
  }

  /// A result by its operator and name.
  private struct TensorPlace: Hashable {
    let subgraph: Int
    let index: Int
    let name: String

    init(_ subgraph: Int, _ index: Int, _ name: String) {
      self.subgraph = subgraph
      self.index = index
      self.name = name
    }
  }
}

extension ReportDocument {
  /// The operators' errors for people, a line for each result; `verbose` adds RMSE and scale.
  package func debugText(verbose: Bool) -> String {
    guard let quality else { return "" }
    var lines = ["\(headline): compared on \(quality.source)"]
    lines += quality.preparations.map { "  \($0)" }
    lines.append(
      "   op  kind".padded(30) + "output".padded(32) + "type".padded(18)
        + "SQNR dB  RMSE/step  saturated    max abs"
        + (verbose ? "       RMSE      scale" : ""))
    for entry in quality.operators {
      var line = entry.place.padded(5, left: true) + "  " + entry.kind.padded(23)
      line +=
        HTMLText.shortened(entry.output.isEmpty ? "(no name)" : entry.output, to: 30)
        .padded(32) + entry.types.padded(18)
      guard let row = entry.row else {
        lines.append(line + "not in the first model")
        continue
      }
      line += row.signal.padded(7, left: true) + row.steps.padded(11, left: true)
      line += row.saturatedPercent.padded(11, left: true)
      line += row.greatestError.padded(11, left: true)
      if verbose {
        line += Numbers.short(row.rmse).padded(11, left: true)
        line += (row.scale.map(Numbers.short) ?? "–").padded(11, left: true)
      }
      if let factors = row.factors { line += "  \(factors)" }
      lines.append(line + (row.notFinite > 0 ? "  \(row.notFinite) NaN or infinite" : ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
