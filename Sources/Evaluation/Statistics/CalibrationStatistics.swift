import TFLite

/// What a model's float tensors held over all samples. The same for any order of the samples, any
/// number of threads, and any way to share them out.
package struct CalibrationStatistics: Equatable, Sendable {
  /// Sums of the input that each element of an operator's filter meets.
  package struct Product: Equatable, Sendable {
    /// By tap × input channel.
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

    /// What each filter element meets on average.
    package var means: [Double] {
      sums.map { positions > 0 ? $0.value / Double(positions) : 0 }
    }
  }

  package internal(set) var samples = 0
  package internal(set) var tensors: [TensorID: TensorStatistics] = [:]
  /// By the output of the operator.
  package internal(set) var products: [TensorID: Product] = [:]
  /// Moving averages of each sample's least and greatest value, where they were asked for; neither
  /// merged nor kept in files.
  package internal(set) var averages: [TensorID: ClosedRange<Float>] = [:]

  package init() {}

  package init(
    samples: Int, tensors: [TensorID: TensorStatistics], products: [TensorID: Product]
  ) {
    self.samples = samples
    self.tensors = tensors
    self.products = products
  }

  /// Gives a tensor that a pass added what another one held.
  package mutating func copy(_ id: TensorID, to other: TensorID) { tensors[other] = tensors[id] }

  /// Adds what other samples gave. Throws where the two do not describe the same model.
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
  /// The file is no statistics file; what is wrong with it.
  case unreadable(String)
}
