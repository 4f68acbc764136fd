import OpSet
import TFLite

/// Why a constant or an operator was left unchanged; `Report` has the words.
///
/// `name` is the name of an operator, which may be custom; `label` is the name of a tensor.
package enum Reason: Hashable, Sendable {
  // MARK: What the user chose

  /// No step was to change it.
  case notAsked
  /// The user's rule skips it.
  case skipped(rule: String)
  /// The user's rule keeps it float.
  case keptFloat(rule: String)
  /// The user's rules name others.
  case notChosen
  /// The plan gives its operator another form than the current pass.
  case isPlanned(OperatorForm)

  // MARK: What the constant is

  case isInput
  case isOutput
  case isUnused
  case isBias
  case isParameter(of: BuiltinOperator)
  /// An operator reads it, but not as a weight.
  case isData(of: BuiltinOperator)
  case isSizesOrIndices(of: BuiltinOperator)
  case isState(of: BuiltinOperator)
  /// An operator without facts reads it.
  case isReadByUnknown(name: String)
  /// It is not float32, and steps change only float32.
  case hasType(TensorType)
  /// In the input it has the type that the step makes, or another one that is no larger.
  case isAlready(TensorType)
  /// The operators of the model already compute with the integers of the mode.
  case isAlreadyInMode(IntegerMode)
  /// Its operator reads the sparse data itself.
  case isReadSparse
  case hasNoData
  case isNotFinite
  case hasOnlyZeros
  /// All its values are too small to have clusters.
  case isTiny(below: Float)
  /// It has too few elements for int8 or a codebook to save bytes.
  case hasFewElements(Int, least: Int)
  case isTooSmallToPrune(least: Int)
  /// Another tensor has the same data and stays: unchanged, or in the type.
  case sharesData(label: String, type: TensorType?)
  case sharesDataWithDense
  case sharesDataWithWeight

  // MARK: Float16

  /// An operator with int8 weights reads it only without DEQUANTIZE.
  case isNeededPlain(by: BuiltinOperator)
  case isSmallerSparseThanFloat16
  case exceedsFloat16(values: Int, of: Int)
  /// Values of channels that the outputs need and that halves hold too little of.
  case vanishesInFloat16(values: Int, of: Int)
  /// Its DEQUANTIZE would take more than float16 saves.
  case isBelowCostOfDequantize

  // MARK: Int8 weights

  case biasesStayFloat
  /// The operator has no kernel with int8 weights and float activations.
  case hasNoHybridKernel(BuiltinOperator)
  case isParameterWithoutInt8(of: BuiltinOperator)
  case needsScalesAlongOtherAxes
  /// The form needs a release above the one that was asked for.
  case needsRuntime(BuiltinOperator, RuntimeVersion)
  /// With the type alone the outputs would be off by the share of their spread.
  case losesTooMuch(TensorType, error: Double)
  /// The operator's kernels do not read its weights in the form that was asked for.
  case lacksNarrowKernel(BuiltinOperator, NarrowForm, NarrowRule.Obstacle)
  /// Blocks were asked for, but DEQUANTIZE computes garbage with them.
  case isDecodedWithoutBlocks
  /// The scales of its blocks would be too small or too large for float16.
  case hasScalesBeyondBlocks
  /// Its few distinct values are integers of eight bits.
  case isClustered
  /// Another tensor with the same data needs more bits.
  case sharesDataWithWider
  case isEncodedBelowInt8
  case isNotSmallerInInt8
  /// The operator takes int8 for all its weights or none; nil for one without a name.
  case needsAllWeights(name: String?)

  // MARK: Sparse encodings

  /// The operator has no kernel for sparse weights, or the constant is not a weight of it.
  case isNotTakenSparse(BuiltinOperator)
  case hasNoSparseKernel(BuiltinOperator, TensorType)
  /// Kernels read weights of the type in blocks, and the columns are not a multiple of a block.
  case hasRowsWithoutBlocks(TensorType, columns: Int)
  /// No sparse form is both smaller than the dense data and as fast; `bytes` are those of the
  /// smallest.
  case gainsNothingSparse(bytes: Int, of: Int)

  // MARK: Clusters

  case isReadInDifferentWays
  /// It was decoded from integers that an operator also reads as they are.
  case isReadAsIntegersToo
  case isSensitiveDepthwise
  /// The input has it sparse; other values would need places that the data does not have.
  case isStoredSparse(TensorType)
  case actsInEveryStep(BuiltinOperator)
  case isNotCompressible(BuiltinOperator)
  case hasNoRoomForZeros
  /// No few integers stand for zero in all channels of an asymmetric weight.
  case hasZeroPointsByChannel

  // MARK: Pruning

  case isFirst
  case isLast
  case isDepthwise
  case hasFewChannels(kept: Int, of: Int)
  case isNotPruned(name: String)
  case isNoWeightOfProduct
  case isMultipliedInDifferentWays
  case hasZerosAlready

  // MARK: Channels

  case isReadBySeveral
  case hasChannelsInOutput
  case needsAllChannels(name: String)
  case joinsChannels(name: String)
  /// The requested share is less than one channel.
  case hasTooFewToRemove

  // MARK: Integers that become floats

  /// A subgraph and the operator that calls it disagree on which tensors have scales.
  case differsFromCaller(subgraph: Int)
  case hasVariablesWithoutScale

  // MARK: Integer operators

  case hasNoConstantWeights
  case hasNoIntegerKernel(name: String)
  case hasNoKernel(BuiltinOperator, IntegerMode)
  case hasNoReferenceKernel(BuiltinOperator, IntegerMode)
  /// A kernel exists but is wrong, as the operator's facts say in this clause.
  case kernelLimit(String)
  case hasUnfusedActivation(code: Int)
  case hasStoredWeights(label: String, TensorType)
  case hasVariableWeights
  case hasNonFiniteWeights
  /// The rows that it copies would be int16, which is twice what int8 weights take.
  case hasTable
  case hasVariableBias
  case hasUnreadableConstant
  /// No sample gave the tensor a value.
  case isNeverSeen(label: String)
  case needsNonNegativeZeroPoint
  case hasNoNonNegativeInt16
  case hasNegativeInput
  /// No scale of its output fits the scales of its operands in a kernel.
  case hasScalesTooFarApart
  /// The outputs lose more than 6 dB when it computes with integers.
  case losesOutputs
  /// The integer kernels of it and its neighbours take longer than float ones, and outputs lose more.
  case isFasterFloat
  case standsAlone
  case knowsOnlyRelu
  case knowsOnlyTanh
  /// An LSTM of five inputs.
  case isBasicLSTM
  case hasLayerNormalization
  case hasStateWithoutVariable
  case takesPartOfLoopState
  case keepsLoopState
  case isInLoop
}

extension Reason {
  /// Whether it says more than what the constant is stored as.
  package var isAboutMoreThanType: Bool {
    if case .hasType = self { false } else { !saysAlready }
  }

  /// Whether the constant already has the form that a step would give it.
  package var saysAlready: Bool {
    switch self {
    case .isAlready, .isAlreadyInMode: true
    default: false
    }
  }
}

/// The reason why something is left unchanged, thrown to the caller that notes it.
struct Refusal: Error {
  let reason: Reason
  init(_ reason: Reason) { self.reason = reason }
}
