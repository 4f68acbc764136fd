import TFLite

/// Why a constant or an operator was left as it is; `Report` has the words.
///
/// `name` is the name of an operator, also of a custom one; `label` is the name of a tensor.
package enum Reason: Hashable, Sendable {
  // MARK: What the user chose

  /// No step was asked to change it.
  case notAsked
  /// A rule of the user skips it.
  case skipped(rule: String)
  /// A rule of the user keeps it float.
  case keptFloat(rule: String)
  /// Rules of the user name others.
  case notChosen
  /// The plan that is followed gives its operator another form than the pass at work.
  case isPlanned(OperatorForm)

  // MARK: What the constant is

  case isInput
  case isOutput
  case isUnused
  case isBias
  case isParameter(of: BuiltinOperator)
  /// An operator reads it as something else than a weight.
  case isData(of: BuiltinOperator)
  case isSizesOrIndices(of: BuiltinOperator)
  case isState(of: BuiltinOperator)
  /// An operator of which nothing is known reads it.
  case isReadByUnknown(name: String)
  /// It is not float32, and steps change float32 alone.
  case hasType(TensorType)
  /// It came in the type that the step makes, or in another one that is no larger.
  case isAlready(TensorType)
  /// The operators of the model compute with the integers of the mode.
  case isAlreadyInMode(IntegerMode)
  /// Its operator reads the sparse data itself.
  case isReadSparse
  case hasNoData
  case isNotFinite
  case hasOnlyZeros
  /// All its values are too small to have clusters.
  case isTiny(below: Float)
  /// It has fewer elements than pay for int8 or for a codebook.
  case hasFewElements(Int, least: Int)
  case isTooSmallToPrune(least: Int)
  /// Another tensor has the same data and stays: as it is, or in the type.
  case sharesData(label: String, type: TensorType?)
  case sharesDataWithDense
  case sharesDataWithWeight

  // MARK: Float16

  /// An operator that has int8 weights takes it as a plain constant only.
  case isNeededPlain(by: BuiltinOperator)
  case isSmallerSparseThanFloat16
  case exceedsFloat16(values: Int, of: Int)
  case vanishesInFloat16(values: Int, of: Int)
  /// Its DEQUANTIZE would take more than float16 saves.
  case isBelowCostOfDequantize

  // MARK: Int8 weights

  case biasesStayFloat
  /// The operator reads no int8 weights beside float activations.
  case hasNoHybridKernel(BuiltinOperator)
  case isParameterWithoutInt8(of: BuiltinOperator)
  case needsScalesAlongOtherAxes
  case isEncodedBelowInt8
  case isNotSmallerInInt8
  /// The operator takes int8 for all its weights or none; nil for one without a name.
  case needsAllWeights(name: String?)

  // MARK: Sparse encodings

  /// The operator has no kernel for sparse weights, or the constant is no weight of it.
  case isNotTakenSparse(BuiltinOperator)
  case hasNoSparseKernel(BuiltinOperator, TensorType)
  /// Kernels read weights of the type in blocks that do not divide the columns.
  case hasRowsWithoutBlocks(TensorType, columns: Int)
  /// No sparse form is smaller than the dense data and as fast; the bytes of the smallest one.
  case gainsNothingSparse(bytes: Int, of: Int)

  // MARK: Clusters

  case isReadInDifferentWays
  /// It was decoded from integers that an operator also reads as they are.
  case isReadAsIntegersToo
  case isSensitiveDepthwise
  /// It came sparse; other values would need a place where the data has none.
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
  /// The share that was asked for is less than one channel.
  case hasTooFewToRemove

  // MARK: Integers that become floats

  /// A subgraph and the operator that runs it do not agree which tensors have scales.
  case differsFromCaller(subgraph: Int)
  case hasVariablesWithoutScale

  // MARK: Integer operators

  case hasNoConstantWeights
  case hasNoIntegerKernel(name: String)
  case hasNoKernel(BuiltinOperator, IntegerMode)
  case hasNoReferenceKernel(BuiltinOperator, IntegerMode)
  /// A kernel exists but is wrong, as a clause of the operator's facts says.
  case kernelLimit(String)
  case hasUnfusedActivation(code: Int)
  case hasStoredWeights(label: String, TensorType)
  case hasVariableWeights
  case hasNonFiniteWeights
  case hasVariableBias
  case hasUnreadableConstant
  /// No sample gave the tensor a value.
  case isNeverSeen(label: String)
  case needsNonNegativeZeroPoint
  case hasNoNonNegativeInt16
  case hasNegativeInput
  /// No scale of its output lets a kernel take its operands' scales.
  case hasScalesTooFarApart
  /// The outputs lose more than 6 dB when it computes with integers.
  case losesOutputs
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

  /// Whether the constant is what a step would have made of it.
  package var saysAlready: Bool {
    switch self {
    case .isAlready, .isAlreadyInMode: true
    default: false
    }
  }
}

/// Says why something is left as it is, to the caller that notes it.
struct Refusal: Error {
  let reason: Reason
  init(_ reason: Reason) { self.reason = reason }
}
