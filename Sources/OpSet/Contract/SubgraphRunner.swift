import TFLite

/// A subgraph that can be run by an operator of another.
package protocol SubgraphInstance: AnyObject {
  var inputs: [Value] { get }
  /// The functions of two elements that its operators compute, in order; nil for other operators.
  var folds: [ElementFold?] { get }
  /// Shapes are known after `prepare`, unless `hasShape` is false.
  var outputs: [Value] { get }
  /// Takes the shapes of the inputs and prepares the operators if they are not yet prepared for
  /// them.
  func prepare(_ inputShapes: [[Int]]) throws
  /// Runs on the values of `inputs`. The bytes of the outputs stay until the next run.
  func run() throws
  /// For each input, whether anything reads it.
  var readsInput: [Bool] { get }
  /// A counter of preparations and runs: while it is the same, the inputs hold the same values.
  var activity: Int { get }
}

/// The interpreter's services to operators that run subgraphs or keep state.
package protocol SubgraphRunner: AnyObject {
  func subgraph(_ index: Int) throws -> any SubgraphInstance
  var resources: Resources { get }
  var reference: ReferenceKernels { get }
  /// Shared with interpreters of the same model; nil where there are none.
  var packed: PackedConstants? { get }
}

/// State that outlives a run: variables and tables by name.
package final class Resources {
  private var identifiers: [String: Int32] = [:]
  /// The objects by identifier.
  package var objects: [Int32: AnyObject] = [:]
  /// Initialization subgraphs that have run.
  package var initialized: Set<Int> = []

  package init() {}

  /// Returns one number for each name.
  package func identifier(_ name: String) -> Int32 {
    if let known = identifiers[name] { return known }
    let next = Int32(identifiers.count)
    identifiers[name] = next
    return next
  }
}
