import KernelTable
import TFLite

/// The backward pass of an operator: from the gradients of its outputs to those of its inputs.
package struct OpGradient: Sendable {
  package enum Way: Sendable {
    /// Adds the gradient of each input that wants one, computed from the outputs' gradients.
    case computed(@Sendable (GradientStep) throws -> Void)
    /// Every output element is an input element or a constant, whatever the values are. Running the
    /// kernel on the numbers of the elements shows which one.
    case moved
    /// The operator runs other subgraphs, whose operators have the gradients. A loop's results are
    /// the arguments of its next run; else one run takes the arguments from `first` on.
    case called(first: Int, isLoop: Bool)
  }

  package let way: Way

  init(_ body: @escaping @Sendable (GradientStep) throws -> Void) { way = .computed(body) }

  private init(_ way: Way) { self.way = way }

  static let moved = OpGradient(Way.moved)

  static let called = OpGradient(.called(first: 0, isLoop: false))
  /// A run chooses the subgraph by its first operand.
  static let chosen = OpGradient(.called(first: 1, isLoop: false))
  static let loop = OpGradient(.called(first: 0, isLoop: true))
}

/// The backward pass of one operator. A pass that the values' types or shapes rule out throws
/// `.unsupported` before it adds anything; gradients end there. Inputs and outputs still have the values of the run.
package struct GradientStep: OptionReader {
  package let options: Options?
  package let customOptions: [UInt8]
  package let inputs: [Value?]
  package let outputs: [Value?]
  /// The memory to which each input's gradient is added, as many floats as the input has elements;
  /// nil where none is wanted.
  package let inputGradients: [UnsafeMutablePointer<Float>?]
  /// The whole gradient of each output; nil where it is zero. They may be overwritten.
  package let outputGradients: [UnsafeMutablePointer<Float>?]
  /// The whole gradient of the first output; it may be overwritten.
  package let outputGradient: UnsafeMutablePointer<Float>
  /// What each input held before the run, for states; nil for other inputs, and for zeros.
  package let states: [[Float]?]
  package let kernels: KernelTable

  package init(
    options: Options?, customOptions: [UInt8] = [], inputs: [Value?], outputs: [Value?],
    inputGradients: [UnsafeMutablePointer<Float>?],
    outputGradients: [UnsafeMutablePointer<Float>?],
    outputGradient: UnsafeMutablePointer<Float>, states: [[Float]?], kernels: KernelTable
  ) {
    self.options = options
    self.customOptions = customOptions
    self.inputs = inputs
    self.outputs = outputs
    self.inputGradients = inputGradients
    self.outputGradients = outputGradients
    self.outputGradient = outputGradient
    self.states = states
    self.kernels = kernels
  }

  /// Returns the step as another operator sees it, whose operands are those that `order` names; nil
  /// for one that is left out.
  func `as`(_ options: Options?, order: [Int?]) -> GradientStep {
    func ordered<Element>(_ list: [Element?]) -> [Element?] {
      order.map { index in index.flatMap { list.indices.contains($0) ? list[$0] : nil } }
    }
    return GradientStep(
      options: options, inputs: ordered(inputs), outputs: outputs,
      inputGradients: ordered(inputGradients), outputGradients: outputGradients,
      outputGradient: outputGradient, states: ordered(states), kernels: kernels)
  }

  func input(_ index: Int) throws -> Value {
    guard inputs.indices.contains(index), let value = inputs[index] else {
      throw OperatorFault.invalid("input \(index) is missing")
    }
    return value
  }

  func optionalInput(_ index: Int) -> Value? {
    inputs.indices.contains(index) ? inputs[index] : nil
  }

  func output() throws -> Value {
    guard let value = outputs.first ?? nil else {
      throw OperatorFault.invalid("output 0 is missing")
    }
    return value
  }

  /// Returns nil where no gradient is wanted or the input is missing.
  func gradient(_ index: Int) -> UnsafeMutablePointer<Float>? {
    inputGradients.indices.contains(index) ? inputGradients[index] : nil
  }
}
