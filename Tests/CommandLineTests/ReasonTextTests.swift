import Foundation
import OpSet
import Optimizer
import Report
import TestSupport
import Testing

/// The sentences for everything that is left as it is. Judged by a snapshot that a reader can read.
@Suite struct ReasonTextTests {
  private static let all: [Reason] = chosen + constants + float16 + weights + sizes + operators

  private static let chosen: [Reason] = [
    .notAsked, .skipped(rule: "stem/*"), .keptFloat(rule: "op:SOFTMAX"), .notChosen,
    .isPlanned(.dynamic),
  ]
  private static let constants: [Reason] = [
    .isInput, .isOutput, .isUnused, .isBias, .isParameter(of: .transposeConv),
    .isData(of: .gather), .isSizesOrIndices(of: .gather), .isState(of: .custom),
    .isReadByUnknown(name: "MyOperator"), .hasType(.int32), .isAlready(.float16),
    .isAlreadyInMode(.int16x8), .isReadSparse, .hasNoData, .isNotFinite, .hasOnlyZeros,
    .isTiny(below: 5e-4), .hasFewElements(64, least: 256), .isTooSmallToPrune(least: 256),
    .sharesData(label: "table", type: nil), .sharesData(label: "table", type: .float32),
    .sharesDataWithDense, .sharesDataWithWeight,
  ]
  private static let float16: [Reason] = [
    .isNeededPlain(by: .conv2D), .isSmallerSparseThanFloat16,
    .exceedsFloat16(values: 3, of: 1920), .vanishesInFloat16(values: 1000, of: 1920),
    .isBelowCostOfDequantize,
  ]
  private static let weights: [Reason] = [
    .biasesStayFloat, .hasNoHybridKernel(.custom), .isParameterWithoutInt8(of: .conv3D),
    .needsScalesAlongOtherAxes, .needsRuntime(.fullyConnected, RuntimeVersion(2, 17, 0)),
    .losesTooMuch(.int4, error: 0.0734),
    .lacksNarrowKernel(.conv3D, NarrowForm(.int2), .hasNoKernel(.float)),
    .lacksNarrowKernel(.gather, NarrowForm(.int4, block: 32), .hasNoBlockKernel(.int8)),
    .lacksNarrowKernel(.gather, NarrowForm(.int4), .splitsBytes(row: 33)),
    .lacksNarrowKernel(.gather, NarrowForm(.int4), .copiesOtherAxis),
    .lacksNarrowKernel(.fullyConnected, NarrowForm(.int4, block: 64), .splitsBlocks(columns: 96)),
    .lacksNarrowKernel(.fullyConnected, NarrowForm(.int4, block: 64), .hasFewRows(least: 4)),
    .lacksNarrowKernel(.fullyConnected, NarrowForm(.int4), .hasLongRows(most: 37448)),
    .lacksNarrowKernel(.fullyConnected, NarrowForm(.int4, block: 64), .fuses),
    .isDecodedWithoutBlocks, .hasScalesBeyondBlocks, .isClustered, .sharesDataWithWider,
    .isEncodedBelowInt8, .isNotSmallerInInt8,
    .needsAllWeights(name: "UNIDIRECTIONAL_SEQUENCE_LSTM"), .needsAllWeights(name: nil),
    .isNotTakenSparse(.gather), .hasNoSparseKernel(.fullyConnected, .int8),
    .hasRowsWithoutBlocks(.int8, columns: 250), .gainsNothingSparse(bytes: 1200, of: 1000),
  ]
  private static let sizes: [Reason] = [
    .isReadInDifferentWays, .isSensitiveDepthwise, .isStoredSparse(.float16),
    .actsInEveryStep(.custom), .isNotCompressible(.custom), .hasNoRoomForZeros,
    .hasZeroPointsByChannel, .isFirst, .isLast, .isDepthwise, .hasFewChannels(kept: 2, of: 4),
    .isNotPruned(name: "SVDF"),
    .isNoWeightOfProduct, .isMultipliedInDifferentWays, .isReadAsIntegersToo,
    .hasZerosAlready, .isReadBySeveral, .hasChannelsInOutput, .needsAllChannels(name: "SOFTMAX"),
    .joinsChannels(name: "ADD"), .hasTooFewToRemove,
  ]
  private static let operators: [Reason] = [
    .differsFromCaller(subgraph: 2), .hasVariablesWithoutScale, .hasNoConstantWeights,
    .hasNoIntegerKernel(name: "MyOperator"), .hasNoKernel(.logSoftmax, .int16x8),
    .hasNoReferenceKernel(.conv3D, .int8), .kernelLimit("the kernel's products overflow"),
    .hasUnfusedActivation(code: 5), .hasStoredWeights(label: "w", .int8), .hasVariableWeights,
    .hasNonFiniteWeights, .hasTable, .hasVariableBias, .hasUnreadableConstant,
    .isNeverSeen(label: "x"),
    .needsNonNegativeZeroPoint, .hasNoNonNegativeInt16, .hasNegativeInput,
    .hasScalesTooFarApart, .losesOutputs, .isFasterFloat, .standsAlone,
    .knowsOnlyRelu, .knowsOnlyTanh, .isBasicLSTM, .hasLayerNormalization,
    .hasStateWithoutVariable, .takesPartOfLoopState, .keepsLoopState, .isInLoop,
  ]

  @Test func `Every reason has its sentence, and lists one without figures`() {
    let lines = Self.all.map { reason in
      reason.generalText == reason.text
        ? reason.text : "\(reason.text)\n  in lists: \(reason.generalText)"
    }
    let text = lines.joined(separator: "\n") + "\n"
    #expect(Snapshot.difference(text, from: "reasons") == nil)
  }

  @Test func `The snapshot has every case`() throws {
    let path = Checkout.root.appending(path: "Sources/Optimizer/Core/Reason.swift")
    let source = try String(contentsOf: path, encoding: .utf8)
    let cases = source.matches(of: #/(?m)^  case (\w+)/#).map { String($0.1) }
    let shown = Self.all.map { Mirror(reflecting: $0).children.first?.label ?? "\($0)" }
    #expect(!cases.isEmpty && Set(cases) == Set(shown))
  }
}
