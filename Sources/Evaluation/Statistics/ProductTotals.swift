import Interpreter
import OpSet
import TFLite

/// Sums over runs of the inputs that the weights of products are multiplied by.
package struct ProductTotals {
  /// By the operator's output.
  package private(set) var totals: [TensorID: CalibrationStatistics.Product] = [:]
  private let model: Model
  private var sums: [Double] = []

  package init(_ model: Model) { self.model = model }

  /// Returns false for operators that are not products. Throws if shapes differ from those of
  /// earlier runs.
  package mutating func add(_ observation: Interpreter.Observation) throws -> Bool {
    let entry = model.subgraphs[observation.subgraph].operators[observation.operatorIndex]
    guard let output = observation.outputs.first,
      let product = try ProductInputSums(
        observation.kind, options: entry.builtinOptions, inputs: observation.inputs,
        output: output)
    else { return false }
    sums.removeAll(keepingCapacity: true)
    sums.append(contentsOf: repeatElement(0, count: product.count))
    sums.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { product.add(to: base) } }
    var total =
      totals[output.id]
      ?? .init(sums: Array(repeating: ExactSum(), count: product.count), positions: 0)
    totals[output.id] = nil
    guard total.sums.count == product.count else { throw CalibrationFault.otherModel }
    for index in sums.indices { total.sums[index] += ExactSum(sums[index]) }
    total.positions += product.positions
    totals[output.id] = total
    return true
  }

  /// Adds the sums of other runs.
  package mutating func merge(_ other: ProductTotals) throws(CalibrationFault) {
    try totals.merge(other.totals)
  }
}
