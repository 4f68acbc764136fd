extension ReportDocument {
  /// The estimated result of a choice of steps, without a written file.
  package struct WhatIf: Sendable {
    package var sparsity: Double
    /// The number of values for each constant; nil: as many as there are.
    package var clusters: Int?
    /// √ of the changed weights' squared error over their energy, in the mean over weights.
    package var weightError: Double
    /// The file with weights as they are stored now.
    package var stored: Compressibility
    /// The same with weights as int8 and float activations.
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
