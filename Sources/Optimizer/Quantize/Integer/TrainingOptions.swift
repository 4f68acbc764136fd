/// How weights and biases are trained under the integers that will be written.
package struct TrainingOptions: Equatable, Sendable {
  /// The number of steps, each on four mixtures of two samples; nil for as many as the budget allows.
  package var steps: Int?
  /// The size of the first steps, relative to the weights; it falls to zero along half a cosine. Nil for
  /// what suits the bits.
  package var rate: Double?

  package init() {}
}
