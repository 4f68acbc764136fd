import TFLite

/// Every builtin operator that the runtime registers.
package enum OpSet {
  package static let all: [OpSpec] =
    products + recurrence + elementwise + reductions + movement + choices
    + others + machinery

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

  /// Nil for custom operators, and for builtin ones that no runtime registers.
  package static func spec(for kind: BuiltinOperator) -> OpSpec? { byKind[kind] }
}

private let products: [OpSpec] = [
  .conv2D, .depthwiseConv2D, .transposeConv, .conv3D, .conv3DTranspose,
  .fullyConnected, .batchMatMul,
  .embeddingLookup, .embeddingLookupSparse, .hashtableLookup, .lshProjection, .skipGram,
]

private let recurrence: [OpSpec] = [
  .lstm, .unidirectionalSequenceLSTM, .bidirectionalSequenceLSTM,
  .rnn, .unidirectionalSequenceRNN, .bidirectionalSequenceRNN,
  .svdf,
]

private let elementwise: [OpSpec] = [
  .add, .sub, .mul, .div, .squaredDifference, .maximum, .minimum, .floorDiv, .floorMod, .addN,
  .pow, .atan2,
  .relu, .relu6, .reluN1To1, .relu0To1, .leakyRelu, .prelu, .hardSwish, .elu, .gelu, .logistic,
  .tanh, .softmax, .logSoftmax,
  .abs, .exp, .log, .sqrt, .rsqrt, .square, .neg, .sign, .sin, .cos, .floor, .ceil, .round,
]

private let reductions: [OpSpec] = [
  .l2Normalization, .localResponseNormalization,
  .averagePool2D, .maxPool2D, .l2Pool2D, .reduceWindow,
  .mean, .sum, .reduceMax, .reduceMin, .reduceProd, .reduceAny, .reduceAll, .cumsum,
  .segmentSum, .unsortedSegmentProd, .unsortedSegmentMax, .unsortedSegmentSum,
  .unsortedSegmentMin,
]

private let movement: [OpSpec] = [
  .reshape, .squeeze, .expandDims, .transpose, .spaceToDepth, .depthToSpace, .spaceToBatchND,
  .batchToSpaceND, .reverseV2, .reverseSequence,
  .concatenation, .pack, .unpack, .split, .splitV, .slice, .stridedSlice,
  .gather, .gatherND, .scatterND, .dynamicUpdateSlice, .oneHot, .sparseToDense, .matrixDiag,
  .matrixSetDiag,
  .pad, .padV2, .mirrorPad, .dilate, .tile, .broadcastTo, .fill, .zerosLike,
  .resizeBilinear, .resizeNearestNeighbor,
]

private let choices: [OpSpec] = [
  .argMax, .argMin, .topKV2, .select, .selectV2, .`where`, .unique, .bucketize,
  .nonMaxSuppressionV4, .nonMaxSuppressionV5,
  .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
  .logicalOr, .logicalAnd, .logicalNot, .bitwiseXor, .rightShift,
]

private let others: [OpSpec] = [
  .quantize, .dequantize, .densify, .cast, .bitcast, .fakeQuant,
  .shape, .rank, .range, .broadcastArgs,
  .rfft2D, .imag, .real, .complexAbs,
  .randomStandardNormal, .randomUniform, .multinomial,
]

private let machinery: [OpSpec] = [
  .`if`, .`while`, .callOnce, .stablehloComposite, .stablehloCase,
  .varHandle, .readVariable, .assignVariable, .hashtable, .hashtableFind, .hashtableImport,
  .hashtableSize,
  .stablehloAdd, .stablehloMultiply, .stablehloMaximum, .stablehloMinimum, .stablehloAnd,
  .stablehloShiftLeft, .stablehloScatter, .stablehloGather, .stablehloPad, .stablehloReduceWindow,
  .stablehloRngBitGenerator,
]
