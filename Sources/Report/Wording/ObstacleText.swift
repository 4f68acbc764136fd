import TFLite
import Targets

extension Obstacle {
  /// A clause that follows the name of the operator.
  package var text: String {
    switch self {
    case .noKernel: "the target has no such operator"
    case .custom: "a custom operator that the target does not have"
    case .type(let part, let type): "\(part.text) is \(type)"
    case .typesDiffer: "inputs and outputs have different types"
    case .exceeds(let quantity, let value, let most):
      "\(quantity.text) is \(value), above \(most)"
    case .below(let quantity, let value, let least):
      "\(quantity.text) is \(value), below \(least)"
    case .notConstant(let part): "\(part.text) is computed, not constant"
    case .isConstant(let part): "\(part.text) is constant"
    case .missing(let part): "\(part.text) is missing"
    case .hybridWeights: "integer weights beside float activations"
    case .dynamicShape: "a shape is known only during a run"
    case .scalar: "a tensor has no dimensions"
    case .empty: "an input has no elements"
    case .sparse: "a constant is stored sparse"
    case .fusedActivation(let name): "fused activation \(name)"
    case .scalesDiffer: "scales or zero points of inputs and output differ"
    case .scaleRatio: "scales of inputs and output are too far apart"
    case .noScale: "a tensor is not quantized"
    case .perChannel(let part): "\(part.text) has a scale for each channel"
    case .scaleNotPositive: "a scale is not above 0"
    case .masks: "masks of ellipses, new or removed axes"
    case .sliceSteps: "steps that the target does not take"
    case .option(let name): "option \(name)"
    case .broadcast: "shapes are broadcast in a way that the target does not know"
    case .axes: "along axes that the target does not take"
    case .padding: "padding that the target does not know"
    case .window: "its window and stride"
    case .resizeFactor: "a factor that the target does not resize by"
    case .variant: "a variant that the target does not know"
    case .constantOperand: "a constant operand"
    case .behind(let name): "comes after \(name), which the target does not run"
    case .outsideLargestPart: "outside the largest part, and the target takes one"
    case .readerFallsBack: "what reads its result does not run"
    case .otherSubgraph: "in a subgraph that another operator calls"
    case .onlyRemembered: "no source or measurement says whether it runs"
    case .notListed: "nothing is known about the operator"
    }
  }
}

extension Obstacle.Part {
  fileprivate var text: String {
    switch self {
    case .input: "an input"
    case .output: "the output"
    case .filter: "the filter"
    case .weights: "a weight"
    case .axes: "a list of axes"
    case .sizes: "the size"
    case .paddings: "the padding"
    case .bounds: "the range"
    case .indices: "the indices"
    case .strides: "the step"
    case .alpha, .axis, .bias, .permutation, .shape, .value:
      "the \(rawValue)"
    }
  }
}

extension Obstacle.Quantity {
  fileprivate var text: String {
    switch self {
    case .rank: "the number of dimensions"
    case .inputs: "the number of inputs"
    case .outputs: "the number of outputs"
    case .elements: "the number of elements"
    case .filterHeight: "the filter's height"
    case .filterWidth: "the filter's width"
    case .filterArea: "the filter's area"
    case .reduced: "a reduced axis"
    case .depthMultiplier: "the depth multiplier"
    case .weightBits: "the width of weights in bits"
    case .batch: "the batch"
    case .version: "the operator's version"
    case .block, .depth, .dilation, .stride: "the \(rawValue)"
    }
  }
}

extension Verdict {
  /// Such as "falls back".
  package var text: String {
    switch self {
    case .runs: "runs"
    case .runsAfter(let name): "runs after \(name)"
    case .fallsBack: "falls back"
    case .unknown: "unknown"
    }
  }

  /// The word in JSON.
  package var key: String {
    switch self {
    case .runs: "runs"
    case .runsAfter: "runsAfter"
    case .fallsBack: "fallsBack"
    case .unknown: "unknown"
    }
  }
}

extension Assessment.Note {
  package var text: String {
    switch self {
    case .openShape(let name):
      "the shape of '\(name)' is open; it is judged at the sizes in the file"
    case .exceedsCache(let bytes, let limit):
      "weights take \(Numbers.bytes(bytes)), and about \(Numbers.bytes(limit)) stay on the chip: "
        + "the rest is read in each run"
    case .floatBorders: "inputs or outputs are float, and are converted on the processor"
    case .doesNotLoad: "the model does not load: each operator must run"
    }
  }
}
