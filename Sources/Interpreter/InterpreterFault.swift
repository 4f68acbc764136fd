import OpSet
import TFLite

/// Why a model cannot be run.
public enum InterpreterFault: Error, Equatable, Sendable {
  /// An operator in the model.
  public struct Place: Equatable, Sendable, CustomStringConvertible {
    public let subgraph: Int
    public let index: Int
    /// The schema's name or the custom code.
    public let name: String

    public var description: String { "subgraphs[\(subgraph)].operators[\(index)]" }
  }

  /// Operators without a kernel, all of them.
  case noKernel([Place])
  case failed(Place, OperatorFault)
  case noSubgraph(Int)
  case noSignature(String, known: [String])
  /// Subgraphs that call each other in a circle.
  case recursion(subgraph: Int)
  case inputCount(expected: Int, found: Int)
  case inputType(name: String, expected: TensorType, found: TensorType)
  /// `signature` has −1 where any size is accepted.
  case inputShape(name: String, signature: [Int], found: [Int])
  case inputSize(name: String, expected: Int, found: Int)
}
