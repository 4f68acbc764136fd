import OpSet
import TFLite

/// The reason why a model cannot be run.
package enum InterpreterFault: Error, Equatable, Sendable {
  /// An operator in the model.
  package struct Place: Equatable, Sendable, CustomStringConvertible {
    package let subgraph: Int
    package let index: Int
    /// The schema's name or the custom code.
    package let name: String

    package var description: String { "subgraphs[\(subgraph)].operators[\(index)]" }

    package init(subgraph: Int, index: Int, name: String) {
      self.subgraph = subgraph
      self.index = index
      self.name = name
    }
  }

  /// All operators without a kernel.
  case noKernel([Place])
  case failed(Place, OperatorFault)
  /// An operand or output without a value: it is no input, no constant, and no earlier operator
  /// writes it.
  case noValue(Place?, name: String)
  /// An operator's output that is also an input, a constant, or the output of another operator.
  case secondValue(Place, name: String)
  case sparsity(TensorID, name: String, SparsityFault)
  /// Tensors or scratch would take `bytes`; `Int.max` stands for more than can be counted.
  case memory(bytes: Int, limit: Int)
  case noSubgraph(Int)
  case noSignature(String, known: [String])
  /// A subgraph calls itself, directly or through others.
  case recursion(subgraph: Int)
  case inputCount(expected: Int, found: Int)
  case inputType(name: String, expected: TensorType, found: TensorType)
  /// `signature` has −1 for free sizes.
  case inputShape(name: String, signature: [Int], found: [Int])
  case inputSize(name: String, expected: Int, found: Int)
}
