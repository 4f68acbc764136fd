import TFLite

/// The statistics of a model's float tensors over all samples. They are the same for any order of
/// the samples, any number of threads, and any division into parts.
package struct CalibrationStatistics: Equatable, Sendable {
  /// For each element of an operator's filter, the sum of the input values that it multiplies.
  package struct Product: Equatable, Sendable {
    /// Ordered by tap × input channel.
    package internal(set) var sums: [ExactSum]
    /// Output positions that were summed over.
    package internal(set) var positions: Int

    package init(sums: [ExactSum], positions: Int) {
      self.sums = sums
      self.positions = positions
    }

    package mutating func merge(_ other: Product) throws(CalibrationFault) {
      guard sums.count == other.sums.count else { throw .otherModel }
      for index in sums.indices { sums[index] += other.sums[index] }
      positions += other.positions
    }

    /// For each filter element, the mean of the input values that it multiplies.
    package var means: [Double] {
      sums.map { positions > 0 ? $0.value / Double(positions) : 0 }
    }
  }

  package internal(set) var samples = 0
  package internal(set) var tensors: [TensorID: TensorStatistics] = [:]
  /// By the operator's output.
  package internal(set) var products: [TensorID: Product] = [:]
  /// Moving averages of each sample's minimum and maximum, if they were asked for. They are neither
  /// merged nor stored in files.
  package internal(set) var averages: [TensorID: ClosedRange<Float>] = [:]

  package init() {}

  package init(
    samples: Int, tensors: [TensorID: TensorStatistics], products: [TensorID: Product]
  ) {
    self.samples = samples
    self.tensors = tensors
    self.products = products
  }

  /// Gives a tensor that a pass added the statistics of another one.
  package mutating func copy(_ id: TensorID, to other: TensorID) { tensors[other] = tensors[id] }

  /// Adds the statistics of other samples. Throws if they are not of the same model.
  package mutating func merge(_ other: CalibrationStatistics) throws(CalibrationFault) {
    samples += other.samples
    for (id, statistics) in other.tensors {
      tensors[id, default: TensorStatistics()].merge(statistics)
    }
    try products.merge(other.products)
  }
}

extension [TensorID: CalibrationStatistics.Product] {
  mutating func merge(_ other: Self) throws(CalibrationFault) {
    for (id, product) in other {
      if self[id] == nil { self[id] = product } else { try self[id]?.merge(product) }
    }
  }
}

/// Why calibration failed.
package enum CalibrationFault: Error, Equatable, Sendable {
  /// Statistics that were made with another model.
  case otherModel
  /// The file is not a statistics file; the text says why.
  case unreadable(String)
}
