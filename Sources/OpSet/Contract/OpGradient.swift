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
  }

  package let way: Way

  init(_ body: @escaping @Sendable (GradientStep) throws -> Void) { way = .computed(body) }

  private init(_ way: Way) { self.way = way }

  static let moved = OpGradient(Way.moved)
}

/// The backward pass of one operator. Inputs and outputs still have the values of the run.
package struct GradientStep {
  package let options: Options?
  package let inputs: [Value?]
  package let outputs: [Value?]
  /// The memory to which each input's gradient is added, as many floats as the input has elements;
  /// nil where none is wanted.
  package let inputGradients: [UnsafeMutablePointer<Float>?]
  /// The whole gradient of the first output; it may be overwritten.
  package let outputGradient: UnsafeMutablePointer<Float>
  package let kernels: KernelTable

  package init(
    options: Options?, inputs: [Value?], outputs: [Value?],
    inputGradients: [UnsafeMutablePointer<Float>?], outputGradient: UnsafeMutablePointer<Float>,
    kernels: KernelTable
  ) {
    self.options = options
    self.inputs = inputs
    self.outputs = outputs
    self.inputGradients = inputGradients
    self.outputGradient = outputGradient
    self.kernels = kernels
  }

  func input(_ index: Int) throws -> Value {
    guard inputs.indices.contains(index), let value = inputs[index] else {
      throw OperatorFault.invalid("input \(index) is missing")
    }
    return value
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
