import OpSet
import Optimizer
import TFLite

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
    case .isReadSparse: "is sparse, and its operator reads it sparse"
    case .hasNoData: "has no data"
    case .isNotFinite: "holds values that are not finite"
    case .hasOnlyZeros: "has only zeros"
    case .isTiny(let limit): "all its values are below \(limit) in magnitude"
    case .hasFewElements(let count, let least): "has \(count) elements, fewer than \(least)"
    case .isTooSmallToPrune(let least): "has fewer than \(least) elements"
    case .sharesData(let label, let type):
      "shares its data with '\(label)', which stays \(type?.description ?? "as it is")"
    case .sharesDataWithDense: "shares its data with a constant that stays dense"
    case .sharesDataWithWeight: "shares its data with another weight"

    case .isNeededPlain(let kind): "\(kind) with int8 weights reads it only without DEQUANTIZE"
    case .isSmallerSparseThanFloat16: "float16 would not be smaller than the sparse encoding"
    case .exceedsFloat16(let values, let all): "\(values) of \(all) values are beyond ±65504"
    case .vanishesInFloat16(let values, let all):
      "outputs need \(values) of \(all) values, which are too small for float16"
    case .isBelowCostOfDequantize: "float16 would save less than its DEQUANTIZE takes"

    case .biasesStayFloat: "biases stay float32"
    case .hasNoHybridKernel(let kind):
      "\(kind) has no kernel with int8 weights and float activations"
    case .isParameterWithoutInt8(let kind):
      "a parameter of \(kind), which has no int8 form in this mode"
    case .needsScalesAlongOtherAxes: "its operators need scales along different axes"
    case .lacksNarrowKernel(let kind, let form, let obstacle):
      obstacle.text(kind, form, isGeneral: false)
    case .isDecodedWithoutBlocks: "an operator reads it through DEQUANTIZE, which takes no blocks"
    case .hasScalesBeyondBlocks: "scales of its blocks would be too small or too large for float16"
    case .isClustered: "its few distinct values are integers of eight bits"
    case .sharesDataWithWider: "shares its data with a weight that needs more bits"
    case .isEncodedBelowInt8: "its encoding in the file is smaller than int8"
    case .losesTooMuch(let type, let error):
      "\(type) alone would move the outputs by \(Numbers.fixed(100 * error, 1)) %"
    case .isNotSmallerInInt8: "int8 would not be smaller"
    case .needsAllWeights(let name):
      "\(name ?? "its operator") takes all its weights as int8 or none"

    case .isNotTakenSparse(let kind): "\(kind) cannot read it sparse"
    case .hasNoSparseKernel(let kind, let type): "\(kind) has no kernel for sparse \(type) weights"
    case .hasRowsWithoutBlocks(let type, let columns):
      "kernels read sparse \(type) weights in blocks, which do not divide its rows of \(columns)"
    case .gainsNothingSparse(let bytes, let dense):
      "the sparse encoding would take \(bytes) bytes, the dense one takes \(dense)"

    case .needsRuntime(let kind, let release): "\(kind) would need runtime \(release)"

    case .isReadInDifferentWays: "its operators read it in different layouts"
    case .isSensitiveDepthwise: "depthwise filters are small and sensitive"
    case .isStoredSparse(let type): "is stored sparse (\(type)): other values would make it dense"
    case .actsInEveryStep(let kind): "\(kind) uses it in every time step, so errors would add up"
    case .isNotCompressible(let kind): "weights of \(kind) are not clustered"
    case .hasNoRoomForZeros: "needs a third distinct value for its zeros"
    case .hasZeroPointsByChannel: "has zero points by channel: cluster it with --per-channel"

    case .isFirst: "is the first weight, which skip-first skips"
    case .isLast: "is the last weight, which skip-last skips"
    case .isDepthwise: "depthwise filters are pruned with --depthwise only"
    case .hasFewChannels(let kept, let all):
      "has too few input channels for pattern \(kept):\(all)"
    case .isNotPruned(let name): "\(name) weights are not pruned"
    case .isNoWeightOfProduct: "is not a weight of a matrix product"
    case .isMultipliedInDifferentWays: "its operators multiply it in different layouts"
    case .isReadAsIntegersToo: "an operator also reads its integers as they are"
    case .hasZerosAlready: "already has that many zeros"

    case .isReadBySeveral: "several operators read it"
    case .hasChannelsInOutput: "its channels reach an output of the model"
    case .needsAllChannels(let name): "\(name) needs all its channels"
    case .joinsChannels(let name): "\(name) joins its channels with others"
    case .hasTooFewToRemove: "the sparsity amounts to less than one channel"

    case .differsFromCaller(let subgraph):
      "subgraph \(subgraph) and the operator that calls it disagree on which tensors have scales"
    case .hasVariablesWithoutScale: "operators read its variables both with a scale and without"

    case .hasNoConstantWeights: "has no constant weights"
    case .hasNoIntegerKernel(let name): "\(name) has no integer kernel"
    case .hasNoKernel(let kind, let mode): "\(kind) has no \(mode.rawValue) kernel"
    case .hasNoReferenceKernel(let kind, let mode):
      "the runtime's reference kernels have no \(mode.rawValue) \(kind)"
    case .kernelLimit(let clause): clause
    case .hasUnfusedActivation(let code): "integer kernels do not fuse activation \(code)"
    case .hasStoredWeights(let label, let type): "its weights '\(label)' are \(type) already"
    case .hasVariableWeights: "its weights are not constant"
    case .hasTable: "its table takes half the bytes in int8, whose rows become floats"
    case .hasNonFiniteWeights: "its weights hold values that are not finite"
    case .hasVariableBias: "its bias is not constant"
    case .hasUnreadableConstant: "one of its constants cannot be read"
    case .isNeverSeen(let label): "'\(label)' had no value on any sample"
    case .needsNonNegativeZeroPoint:
      "its input must exclude negative values, but another operator needs zero point 0"
    case .hasNoNonNegativeInt16:
      "int16 zero points are always 0, which cannot exclude negative input"
    case .hasScalesTooFarApart: "its operands' scales are too far apart for integer kernels"
    case .losesOutputs: "its integer form costs the outputs more than 6 dB"
    case .isFasterFloat: "its integer form is slower and costs the outputs more than 6 dB"
    case .hasNegativeInput: "its input can be negative, which the integer kernel refuses"
    case .standsAlone: "stands alone between float operators"
    case .knowsOnlyRelu: "the integer kernel knows no activation but RELU"
    case .knowsOnlyTanh: "the integer kernel knows no activation but tanh"
    case .isBasicLSTM: "an LSTM of five inputs has no int8 kernel"
    case .hasLayerNormalization: "samples cannot calibrate the layer normalization inside it"
    case .hasStateWithoutVariable: "its state is not a variable tensor"
    case .takesPartOfLoopState:
      "reads a part of a loop's state: as integers, the whole state would be rounded in every step"
    case .keepsLoopState: "computes a loop's state: every step would add its rounding error"
    case .isInLoop:
      "is in a loop, where rounding errors add up: the outputs are better if it stays float"
    }
  }

  /// The sentence without the figures and names that differ from tensor to tensor: lists group by
  /// it.
  package var generalText: String {
    switch self {
    case .losesTooMuch(let type, _): "\(type) would move the outputs too far"
    case .hasFewElements(_, let least): "has fewer than \(least) elements"
    case .sharesData: "shares its data with another tensor, which stays as it is"
    case .exceedsFloat16: "some values are beyond ±65504"
    case .vanishesInFloat16: "outputs need values that are too small for float16"
    case .hasRowsWithoutBlocks(let type, _):
      "kernels read sparse \(type) weights in blocks, which do not divide its rows"
    case .gainsNothingSparse: "a sparse encoding would not be both smaller and as fast"
    case .lacksNarrowKernel(let kind, let form, let obstacle):
      obstacle.text(kind, form, isGeneral: true)
    case .hasStoredWeights(_, let type): "its weights are \(type) already"
    case .isNeverSeen: "one of its tensors had no value on any sample"
    default: text
    }
  }
}

extension NarrowForm {
  package var text: String { block.map { "\(type) in blocks of \($0)" } ?? "\(type)" }
}

extension NarrowRule.Obstacle {
  /// `isGeneral` leaves out figures that differ from tensor to tensor.
  fileprivate func text(_ kind: BuiltinOperator, _ form: NarrowForm, isGeneral: Bool) -> String {
    switch self {
    case .hasNoKernel(let activations):
      "\(kind) has no kernel with \(form.type) weights and \(activations) activations"
    case .hasNoBlockKernel(let activations):
      "\(kind) has no kernel with \(form.type) weights in blocks and \(activations) activations"
    case .splitsBytes(let row):
      "rows\(isGeneral ? "" : " of \(row)") would not begin with a byte in \(form.type)"
    case .copiesOtherAxis: "\(kind) copies \(form.type) along the first axis only"
    case .splitsBlocks(let columns):
      "blocks of \(form.block ?? 0) do not divide its rows" + (isGeneral ? "" : " of \(columns)")
    case .hasFewRows(let least):
      "\(kind) takes blocks where weights have at least \(least) rows"
    case .hasLongRows(let most):
      "sums over more than \(most) \(form.type) weights overflow"
    case .fuses: "\(kind) with blocks leaves out its activation"
    }
  }
}
