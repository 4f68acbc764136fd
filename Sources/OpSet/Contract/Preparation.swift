import KernelTable
import TFLite

/// The view of its operator that `prepare` gets, and the requests that it makes.
package final class Preparation: OptionReader {
  package let kind: BuiltinOperator
  /// Index among the subgraph's operators.
  package let index: Int
  package let options: Options?
  package let customOptions: [UInt8]
  /// Nil for an operand that is left out.
  package let inputs: [Value?]
  package let outputs: [Value?]
  package let intermediates: [Value?]
  /// All tensors of the subgraph. Quantization parameters may name one by its index.
  package let tensors: [Value]
  /// Stages may run on this many lanes at once.
  package let lanes: Int
  package let kernels: KernelTable
  package unowned let runner: any SubgraphRunner
  package var reference: ReferenceKernels { runner.reference }
  /// True while the run waits for the result: every input has its bytes.
  package var isRunning = false
  package private(set) var scratch: [Scratch] = []
  /// (output, input) pairs that share bytes.
  package private(set) var aliases: [(output: Int, input: Int)] = []
  /// Inputs whose place the output may take.
  package private(set) var overwritable: [(output: Int, input: Int)] = []
  /// Known inputs that the stages do not read.
  package private(set) var consumed: Set<Int> = []
  /// Whether the results depend on the shapes of the inputs alone, not on their values.
  package private(set) var isShapeFunction = false
  /// Inputs whose values, known only to the run, decided what was prepared.
  package private(set) var asked: Set<Int> = []
  private var packed: [Int: AnyObject] = [:]

  package init(
    _ entry: Operator, kind: BuiltinOperator, index: Int, inputs: [Value?], outputs: [Value?],
    intermediates: [Value?], tensors: [Value], lanes: Int, kernels: KernelTable,
    runner: any SubgraphRunner
  ) {
    self.kind = kind
    self.index = index
    options = entry.builtinOptions ?? entry.builtinOptions2
    customOptions = entry.customOptions ?? []
    self.inputs = inputs
    self.outputs = outputs
    self.intermediates = intermediates
    self.tensors = tensors
    self.lanes = lanes
    self.kernels = kernels
    self.runner = runner
  }

  /// Forgets what the last preparation asked for, but not what it packed.
  package func reset() {
    scratch = []
    aliases = []
    overwritable = []
    consumed = []
    asked = []
    isShapeFunction = false
  }

  // MARK: Operands

  /// Returns the input, which must exist.
  package func input(_ index: Int) throws -> Value {
    guard let value = optionalInput(index) else {
      throw OperatorFault.invalid("input \(index) is missing")
    }
    return value
  }

  package func optionalInput(_ index: Int) -> Value? {
    inputs.indices.contains(index) ? inputs[index] : nil
  }

  package func output(_ index: Int = 0) throws -> Value {
    guard outputs.indices.contains(index), let value = outputs[index] else {
      throw OperatorFault.invalid("output \(index) is missing")
    }
    return value
  }

  /// Returns the input with its bytes at hand. Throws `.needsValue` before the run if only that
  /// knows them.
  package func known(_ index: Int) throws -> Value {
    let value = try input(index)
    guard value.isKnown || value.isAdjustable || isRunning else {
      throw OperatorFault.needsValue(input: index)
    }
    if !value.isKnown { asked.insert(index) }
    try value.materialize?()
    return value
  }

  /// Notes that an input's scales decided what is prepared: an adjustable input may get others.
  package func followScales(ofInput index: Int) {
    if inputs[index]?.isAdjustable == true { asked.insert(index) }
  }

  /// Returns the values of an integer input, as `known`.
  package func integers(_ index: Int) throws -> [Int] {
    guard let integers = try known(index).integers else {
      throw OperatorFault.invalid("input \(index) is \(try input(index).type), expected integers")
    }
    return integers
  }

  /// Returns a stage that packs these weights: in each run where operators compute them.
  func packing(_ weights: Value?..., body: @escaping () throws -> Void) -> Stage {
    let isConstant = weights.allSatisfy { $0?.isKnown ?? true || $0?.isAdjustable == true }
    return isConstant ? .packing(body) : .once(body)
  }

  /// Whether an adjustable input decided what was prepared.
  package var followsAdjustable: Bool { asked.contains { inputs[$0]?.isAdjustable == true } }

  // MARK: Results

  /// Throws `.invalid` for a negative dimension or more bytes than a tensor can have.
  package func setShape(_ shape: [Int], ofOutput index: Int = 0) throws {
    let value = try output(index)
    try require(value.type.allows(shape), "the output's shape would be \(shape)")
    value.setShape(shape)
  }

  /// Declares that the output has the input's bytes; only the shape is set.
  package func alias(output: Int = 0, input: Int = 0) { aliases.append((output, input)) }

  /// Allows the output to overwrite the input if nothing else reads the input. The operator must
  /// write element i only after it has read the elements up to i.
  package func allowOverwriting(input: Int, by output: Int = 0) {
    overwritable.append((output, input))
  }

  /// Declares that the stages never read the constant input, since they read a packed copy.
  package func consume(_ input: Int) { consumed.insert(input) }

  /// Declares that the results depend on the shapes of the inputs alone.
  package func dependsOnShapesAlone() { isShapeFunction = true }

  /// Returns the result of `make`, which must depend on constants alone and is kept while shapes
  /// change. `slot` tells several apart.
  package func packed<Packed: AnyObject>(
    slot: Int = 0, _ make: () throws -> Packed
  ) rethrows -> Packed {
    if let ready = packed[slot] as? Packed { return ready }
    let made = try make()
    packed[slot] = made
    return made
  }

  /// Returns what `make` makes at the first preparation of any interpreter of the model. Nobody writes
  /// to it once it is made.
  package func packedForAll<Packed: AnyObject>(
    slot: Int = 0, _ make: () throws -> Packed
  ) throws -> Packed {
    try packed(slot: slot) {
      guard let shared = runner.packed, let subgraph = tensors.first?.id.subgraph else {
        return try make()
      }
      return try shared.packed(TensorID(subgraph, index), slot: slot, make)
    }
  }

  /// Reserves memory that lasts while this operator runs.
  package func scratch(bytes: Int) -> Scratch { addScratch(bytes, lanes: 1) }

  /// Reserves memory for packed weights, which stand until the next packing where values do.
  func scratch(packedBytes: Int) -> Scratch { addScratch(packedBytes, lanes: 1, isKept: true) }

  /// Reserves such memory for each lane.
  package func scratch(bytesPerLane: Int) -> Scratch { addScratch(bytesPerLane, lanes: lanes) }

  private func addScratch(_ bytes: Int, lanes: Int, isKept: Bool = false) -> Scratch {
    let memory = Scratch(stride: bytes, lanes: lanes, isKept: isKept)
    scratch.append(memory)
    return memory
  }

  // MARK: Checks

  package func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw OperatorFault.invalid(message()) }
  }

  /// Returns input 0 and output 0.
  package func inputAndOutput() throws -> (Value, Value) { (try input(0), try output()) }

  package func requireSameType(_ output: Value, as input: Value) throws {
    try require(
      output.type == input.type, "an output of type \(output.type), expected \(input.type)")
  }

  package func requireEqualTypes(_ input: Value, _ output: Value) throws {
    try require(
      input.type == output.type, "input of type \(input.type), output of type \(output.type)")
  }

  /// Throws `.unsupported` unless the value has one of the types.
  package func requireType(_ value: Value, _ types: TensorType..., what: String) throws {
    guard types.contains(value.type) else {
      throw OperatorFault.unsupported("there is no kernel for \(what) of type \(value.type)")
    }
  }

  /// Returns an axis from 0, of a value that counts from the end if negative.
  package func axis(_ axis: Int, rank: Int) throws -> Int {
    let positive = axis < 0 ? axis + rank : axis
    guard positive >= 0, positive < rank else {
      throw OperatorFault.invalid("axis \(axis) of \(rank) dimensions")
    }
    return positive
  }
}
