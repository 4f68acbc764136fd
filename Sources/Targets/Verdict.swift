import TFLite

/// Whether a target runs an operator.
package enum Verdict: Equatable, Sendable {
  case runs
  /// It would run after a rewrite of this name.
  case runsAfter(String)
  case fallsBack(Obstacle)
  case unknown(Obstacle)

  package var isRun: Bool { self == .runs }

  package var obstacle: Obstacle? {
    switch self {
    case .runs, .runsAfter: nil
    case .fallsBack(let obstacle), .unknown(let obstacle): obstacle
    }
  }
}

/// Why a target does not run an operator. `Report/Wording/ObstacleText` has the words.
package enum Obstacle: Hashable, Sendable {
  /// A part of an operator that a limit is about.
  package enum Part: String, Hashable, Sendable {
    case filter, bias, sizes, axes, permutation, paddings, bounds, alpha, indices, shape, value
    case weights, input, output, strides
    case axis
  }

  /// A number that has a limit.
  package enum Quantity: String, Hashable, Sendable {
    case rank, batch, inputs, outputs, elements, depth
    case stride, dilation, block
    case filterHeight, filterWidth, filterArea, reduced, depthMultiplier
    case weightBits, version
  }

  case noKernel
  case custom
  case type(Part, TensorType)
  case typesDiffer
  case exceeds(Quantity, Int, Int)
  case below(Quantity, Int, Int)
  case notConstant(Part)
  case isConstant(Part)
  case missing(Part)
  case hybridWeights
  case dynamicShape
  case scalar
  case empty
  case sparse
  case fusedActivation(String)
  case scalesDiffer
  /// A scale relative to that of the result.
  case scaleRatio
  case noScale
  case perChannel(Part)
  case scaleNotPositive
  case masks
  case sliceSteps
  case option(String)
  case broadcast
  case axes
  case padding
  case window
  case resizeFactor
  case variant
  case constantOperand
  /// The target takes everything up to the first operator that it does not run.
  case behind(String)
  /// The target takes the largest part alone.
  case outsideLargestPart
  case otherSubgraph
  /// It decodes a constant for an operator that does not run.
  case readerFallsBack
  /// The rule is only remembered, and no source or measurement stands behind it.
  case onlyRemembered
  case notListed
}
