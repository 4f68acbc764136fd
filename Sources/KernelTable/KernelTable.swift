/// The kernels for one instruction set. Every pointer may have any alignment, and may be
/// read up to 64 bytes past its end.
package struct KernelTable: Sendable {
  /// out[i] = clamp(a[i × aStep] op b[i × bStep]); steps are 0 or 1.
  package typealias Binary =
    @Sendable (
      _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ aStep: Int,
      _ b: UnsafePointer<Float>, _ bStep: Int, _ output: UnsafeMutablePointer<Float>,
      _ count: Int, _ low: Float, _ high: Float
    ) -> Void
  /// out[i] = f(input[i]); in place where the pointers are equal.
  package typealias Unary =
    @Sendable (
      _ operation: UnaryOperation, _ input: UnsafePointer<Float>,
      _ output: UnsafeMutablePointer<Float>, _ count: Int, _ parameter: Float
    ) -> Void
  /// Softmax of one row: exp(beta × (x − max)) ÷ their sum.
  package typealias Softmax =
    @Sendable (
      _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
      _ beta: Float
    ) -> Void
  /// Σ input[i].
  package typealias Sum = @Sendable (_ input: UnsafePointer<Float>, _ count: Int) -> Float
  /// Σ a[i] × b[i].
  package typealias Dot =
    @Sendable (_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float
  /// out[i] += scale × a[i].
  package typealias Accumulate =
    @Sendable (
      _ a: UnsafePointer<Float>, _ scale: Float, _ output: UnsafeMutablePointer<Float>,
      _ count: Int
    ) -> Void
  /// out[i] += a[i] × b[i].
  package typealias AccumulateProducts =
    @Sendable (
      _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
      _ output: UnsafeMutablePointer<Float>, _ count: Int
    ) -> Void
  /// out[i] = Σ over j < 4 of weights[j] × rows[j][i].
  package typealias Blend =
    @Sendable (
      _ rows: UnsafePointer<UnsafePointer<Float>>, _ weights: SIMD4<Float>,
      _ output: UnsafeMutablePointer<Float>, _ count: Int
    ) -> Void

  /// The name of the instruction set, such as "base" or "v3".
  package let name: String

  package var product: @Sendable (borrowing ProductTask) -> Void
  package var depthwise: @Sendable (borrowing DepthwiseTask) -> Void
  package var averagePool: @Sendable (borrowing PoolTask) -> Void
  package var maxPool: @Sendable (borrowing PoolTask) -> Void
  package var binary: Binary
  package var unary: Unary
  package var softmax: Softmax
  package var sum: Sum
  package var dot: Dot
  package var accumulate: Accumulate
  package var accumulateProducts: AccumulateProducts
  package var blend: Blend
  package var integers: IntegerKernels
  package var observation: ObservationKernels
  package var storage: StorageKernels

  package init(
    name: String,
    product: @escaping @Sendable (borrowing ProductTask) -> Void,
    depthwise: @escaping @Sendable (borrowing DepthwiseTask) -> Void,
    averagePool: @escaping @Sendable (borrowing PoolTask) -> Void,
    maxPool: @escaping @Sendable (borrowing PoolTask) -> Void,
    binary: @escaping Binary, unary: @escaping Unary, softmax: @escaping Softmax,
    sum: @escaping Sum, dot: @escaping Dot, accumulate: @escaping Accumulate,
    accumulateProducts: @escaping AccumulateProducts, blend: @escaping Blend,
    integers: IntegerKernels,
    observation: ObservationKernels, storage: StorageKernels
  ) {
    self.name = name
    self.product = product
    self.depthwise = depthwise
    self.averagePool = averagePool
    self.maxPool = maxPool
    self.binary = binary
    self.unary = unary
    self.softmax = softmax
    self.sum = sum
    self.dot = dot
    self.accumulate = accumulate
    self.accumulateProducts = accumulateProducts
    self.blend = blend
    self.integers = integers
    self.observation = observation
    self.storage = storage
  }
}

package enum BinaryOperation: UInt8, Sendable, CaseIterable {
  case add, subtract, multiply, divide, maximum, minimum, squaredDifference
  /// a ≥ 0 ? a : a × b.
  case prelu
}

package enum UnaryOperation: UInt8, Sendable, CaseIterable {
  /// Clamped to [−∞, ∞] but for NaN: the identity.
  case copy
  case relu, relu6, reluN1To1, relu0To1
  /// x < 0 ? parameter × x : x.
  case leakyRelu
  case hardSwish, elu, logistic, tanh, gelu, geluApproximate
  case exp, log, sin, cos
  case abs, neg, square, sqrt, rsqrt
  case floor, ceil, round, sign
}
