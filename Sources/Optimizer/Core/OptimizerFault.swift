import TFLite

/// Why a model cannot be optimized as asked; the input's fault or the request's.
package enum OptimizerFault: Error, Equatable, Sendable {
  case sparsity(TensorID, name: String, SparsityFault)
  /// Operators that only a vendor's compiler understands: changing their file would break them.
  case compiled(operators: [String])
  /// With `--strict`: operators that have no integer form, all of them.
  case floatOperators([FloatOperator])
  /// Operators that cannot have the forms that a plan asks for, all of them.
  case notAsPlanned([PlannedOperator])
  /// What a plan says of a tensor does not suit the operators around it.
  case plannedEncoding(name: String, what: String)

  package struct FloatOperator: Equatable, Sendable {
    package let subgraph: Int
    package let index: Int
    package let name: String
    package let reason: Reason
  }

  package struct PlannedOperator: Equatable, Sendable {
    package let place: OperatorPlace
    package let name: String
    package let planned: OperatorForm
    package let found: OperatorForm
    package let reason: Reason?
  }
}

extension Model {
  /// Vendors' compilers leave one custom operator and a program for their chip: nothing in such a
  /// file can be optimized, and moving its bytes may break it.
  func refuseCompiled() throws {
    let compiled: Set = ["DISPATCH_OP", "edgetpu-custom-op", "ethos-u"]
    let names = subgraphs.flatMap { $0.operators.map { name(of: $0) } }
    let found = Set(names.filter(compiled.contains))
    guard found.isEmpty else { throw OptimizerFault.compiled(operators: found.sorted()) }
  }
}
