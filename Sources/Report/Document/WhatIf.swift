extension ReportDocument {
  /// The estimated result of a choice of steps, without writing a file.
  package struct WhatIf: Sendable {
    package var sparsity: Double
    /// The number of values for each constant; nil if it is not limited.
    package var clusters: Int?
    /// √ of the changed weights' squared error over their energy, averaged over weights.
    package var weightError: Double
    /// The file with weights in their current encoding.
    package var stored: Compressibility
    /// The file with int8 weights and float activations.
    package var int8: Compressibility?

    package init(
      sparsity: Double, clusters: Int?, weightError: Double, stored: Compressibility,
      int8: Compressibility?
    ) {
      self.sparsity = sparsity
      self.clusters = clusters
      self.weightError = weightError
      self.stored = stored
      self.int8 = int8
    }
  }
}
