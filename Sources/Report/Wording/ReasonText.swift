import Optimizer

extension Reason {
  /// A clause that follows the name of the constant or operator.
  package var text: String {
    switch self {
    case .notAsked: "no step asked for it"
    case .skipped(let rule): "skipped by --skip \(rule)"
    case .keptFloat(let rule): "kept by --keep-float \(rule)"
    case .notChosen: "not chosen by --only"
    case .isPlanned(let form): "the plan says \(form.rawValue)"

    case .isInput: "is an input of the model"
    case .isOutput: "is an output of the model"
    case .isUnused: "is not used"
    case .isBias: "is a bias"
    case .isParameter(let kind): "is a parameter of \(kind)"
    case .isData(let kind): "is data of \(kind), not a weight"
    case .isSizesOrIndices(let kind): "\(kind) reads it as sizes or indices"
    case .isState(let kind): "\(kind) keeps its state in it"
    case .isReadByUnknown(let name): "\(name) may need its constants as they are"
    case .hasType(let type): "is \(type)"
    case .isAlready(let type): "already \(type)"
    case .isAlreadyInMode(let mode): "already \(mode.rawValue)"
    case .isReadSparse: "sparse data that its operator reads as it is"
    case .hasNoData: "has no data"
    case .isNotFinite: "holds values that are not finite"
    case .hasOnlyZeros: "is zero altogether"
    case .isTiny(let limit): "its values are below \(limit)"
    case .hasFewElements(let count, let least): "\(count) elements, below the least of \(least)"
    case .isTooSmallToPrune(let least): "has fewer than \(least) elements"
    case .sharesData(let label, let type):
      "shares its data with '\(label)', which stays \(type?.description ?? "as it is")"
    case .sharesDataWithDense: "shares its data with what stays dense"
    case .sharesDataWithWeight: "shares its data with another weight"

    case .isNeededPlain(let kind): "\(kind) with int8 weights needs it as a plain constant"
    case .isSmallerSparseThanFloat16: "float16 would not be smaller than the sparse encoding"
    case .exceedsFloat16(let values, let all): "\(values) of \(all) values are beyond ±65504"
    case .vanishesInFloat16(let values, let all):
      "\(values) of \(all) values are too small for float16"
    case .isBelowCostOfDequantize: "too small to pay for its DEQUANTIZE"

    case .biasesStayFloat: "biases stay float32"
    case .hasNoHybridKernel(let kind):
      "\(kind) has no kernel with int8 weights and float activations"
    case .isParameterWithoutInt8(let kind):
      "a parameter of \(kind), which has no int8 form in this mode"
    case .needsScalesAlongOtherAxes: "its operators need scales along different axes"
    case .isEncodedBelowInt8: "its encoding in the file is smaller than int8"
    case .isNotSmallerInInt8: "int8 would not be smaller"
    case .needsAllWeights(let name):
      "\(name ?? "its operator") takes all its weights as int8 or none"

    case .isNotTakenSparse(let kind): "\(kind) does not take it sparse"
    case .hasNoSparseKernel(let kind, let type): "no kernel of \(kind) reads \(type) weights sparse"
    case .hasRowsWithoutBlocks(let type, let columns):
      "\(type) weights are read sparse in blocks that do not divide \(columns)"
    case .gainsNothingSparse(let bytes, let dense):
      "the sparse encoding would take \(bytes) of \(dense) bytes"

    case .isReadInDifferentWays: "its operators read it in different ways"
    case .isSensitiveDepthwise: "depthwise filters are few and sensitive"
    case .isStoredSparse(let type): "is stored sparse (\(type)), which other values would undo"
    case .actsInEveryStep(let kind): "weights of \(kind) act again in every step"
    case .isNotCompressible(let kind): "\(kind) is no operator whose weights are changed"
    case .hasNoRoomForZeros: "two integers leave no room for its zeros"
    case .hasZeroPointsByChannel: "has zero points by channel, which take values by channel"

    case .isFirst: "is the first, left by skip-first"
    case .isLast: "is the last, left by skip-last"
    case .isDepthwise: "depthwise filters are pruned with --depthwise only"
    case .hasFewChannels(let kept, let all):
      "has too few input channels for pattern \(kept):\(all)"
    case .isNotPruned(let name): "\(name) weights are not pruned"
    case .isNoWeightOfProduct: "is no weight of a product"
    case .isMultipliedInDifferentWays: "operators read it in different ways"
    case .isReadAsIntegersToo: "has integers that are also read as they are"
    case .hasZerosAlready: "has as many zeros already"

    case .isReadBySeveral: "several operators read it"
    case .hasChannelsInOutput: "its channels are an output"
    case .needsAllChannels(let name): "\(name) needs all its channels"
    case .joinsChannels(let name): "\(name) joins its channels with others"
    case .hasTooFewToRemove: "the share is less than a channel"

    case .differsFromCaller(let subgraph):
      "subgraph \(subgraph) and the operator that runs it differ in scales"
    case .hasVariablesWithoutScale: "variables are read with a scale and without"

    case .hasNoConstantWeights: "has no constant weights"
    case .hasNoIntegerKernel(let name): "\(name) has no integer kernel"
    case .hasNoKernel(let kind, let mode): "\(kind) has no \(mode.rawValue) kernel"
    case .hasNoReferenceKernel(let kind, let mode):
      "the runtime's reference kernels have no \(mode.rawValue) \(kind)"
    case .kernelLimit(let clause): clause
    case .hasUnfusedActivation(let code): "integer kernels do not fuse activation \(code)"
    case .hasStoredWeights(let label, let type): "its weights '\(label)' are \(type) already"
    case .hasVariableWeights: "its weights are not constant"
    case .hasNonFiniteWeights: "its weights hold values that are not finite"
    case .hasVariableBias: "its bias is not constant"
    case .hasUnreadableConstant: "a constant of it cannot be read"
    case .isNeverSeen(let label): "'\(label)' never had a value on the samples"
    case .needsNonNegativeZeroPoint:
      "another operator needs zero point 0 where it needs none below zero"
    case .hasNoNonNegativeInt16: "int16 has no zero point that keeps negative input out"
    case .hasScalesTooFarApart: "its operands' scales are too far apart for integer kernels"
    case .losesOutputs: "outputs lose more than 6 dB by its integer form"
    case .hasNegativeInput: "its input can be negative, which the integer kernel refuses"
    case .standsAlone: "stands alone between float operators"
    case .knowsOnlyRelu: "the integer kernel knows no activation but RELU"
    case .knowsOnlyTanh: "the integer kernel knows no activation but tanh"
    case .isBasicLSTM: "the basic kernel with five inputs has no int8"
    case .hasLayerNormalization: "layer normalization inside it is calibrated by no sample"
    case .hasStateWithoutVariable: "its state is no variable"
    case .takesPartOfLoopState:
      "takes a part of what a loop hands on, all of which would be rounded in every step"
    case .keepsLoopState: "keeps a loop's state, to which every step would add its rounding"
    case .isInLoop: "is in a loop whose steps add up their rounding: the outputs gain"
    }
  }

  /// The same without the figures and names that differ from tensor to tensor: what lists group by.
  package var generalText: String {
    switch self {
    case .hasFewElements(_, let least): "below the least of \(least) elements"
    case .sharesData: "shares its data with another tensor, which stays as it is"
    case .exceedsFloat16: "some values are beyond ±65504"
    case .vanishesInFloat16: "most values are too small for float16"
    case .hasRowsWithoutBlocks(let type, _):
      "\(type) weights are read sparse in blocks that do not divide their rows"
    case .gainsNothingSparse: "a sparse encoding would not be both smaller and as fast"
    case .hasStoredWeights(_, let type): "its weights are \(type) already"
    case .isNeverSeen: "a tensor of it never had a value on the samples"
    default: text
    }
  }
}
