import TFLite

/// Why a model cannot be optimized as asked. The input or the request is at fault.
package enum OptimizerFault: Error, Equatable, Sendable {
  case sparsity(TensorID, name: String, SparsityFault)
  /// Operators that only a vendor's compiler understands: changing their file would break them.
  case compiled(operators: [String])
  /// With `--strict`: all operators that have no integer form.
  case floatOperators([FloatOperator])
  /// All operators that cannot have the forms that a plan asks for.
  case notAsPlanned([PlannedOperator])
  /// The plan's encoding of a tensor does not suit the operators around it.
  case plannedEncoding(name: String, what: String)
  /// The loss of this step of training, counted from 1, is NaN or infinite.
  case lossNotFinite(step: Int)
  /// A loss that needs labels, without any.
  case labelsNeeded(loss: String)
  /// The checkpoint is of another model, other samples or other options, or is none.
  case otherCheckpoint(path: String)
  /// Samples that an augmentation cannot change.
  case augmentationUnfit(why: String)
  /// The teacher's inputs or outputs are not those of the model.
  case teacherUnfit(why: String)

  /// No input has the name for which a shape was given.
  case noInput(name: String, known: [String])
  /// The model cannot continue from the middle of a run, as measuring single operators needs.
  case notResumable
  /// The model does not run with the shapes that were given.
  case shapesNotTaken(why: String)

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
  /// Throws for a model that a vendor compiled for a chip. It has one custom operator and a
  /// program: nothing in it can be optimized, and moving its bytes may break it.
  package func refuseCompiled() throws {
    let compiled: Set = ["DISPATCH_OP", "edgetpu-custom-op", "ethos-u"]
    let names = subgraphs.flatMap { $0.operators.map { name(of: $0) } }
    let found = Set(names.filter(compiled.contains))
    guard found.isEmpty else { throw OptimizerFault.compiled(operators: found.sorted()) }
  }
}
