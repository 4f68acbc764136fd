extension OperatorFamily {
  /// Filters that slide over images and volumes.
  static let convolution = OperatorFamily(
    "Convolution", [.conv2D, .depthwiseConv2D, .transposeConv, .conv3D, .conv3DTranspose],
    custom: [
      "Convolution2DTransposeBias": CustomOperator(
        .convolution2DTransposeBias, gradient: .convolution2DTransposeBias)
    ])

  /// Products of matrices.
  static let matrixProduct = OperatorFamily("MatrixProduct", [.fullyConnected, .batchMatMul])

  /// Rows of tables, looked up by index, key or hash.
  static let embedding = OperatorFamily(
    "Embedding",
    [
      .embeddingLookup, .embeddingLookupSparse, .hashtableLookup, .lshProjection, .skipGram,
    ])

  /// Networks with a state that goes from step to step.
  static let recurrent = OperatorFamily(
    "Recurrent",
    [
      .lstm, .unidirectionalSequenceLSTM, .bidirectionalSequenceLSTM, .rnn,
      .unidirectionalSequenceRNN, .bidirectionalSequenceRNN, .svdf,
    ])

  /// Functions of two operands, broadcast.
  static let arithmetic = OperatorFamily(
    "Arithmetic",
    [
      .add, .sub, .mul, .div, .squaredDifference, .maximum, .minimum, .floorDiv, .floorMod, .addN,
      .pow, .atan2, .prelu, .stablehloAdd, .stablehloMultiply, .stablehloMaximum, .stablehloMinimum,
    ])

  /// Functions of each element: activations and mathematical functions.
  static let unary = OperatorFamily(
    "Unary",
    [
      .relu, .relu6, .reluN1To1, .relu0To1, .leakyRelu, .hardSwish, .elu, .gelu, .logistic, .tanh,
      .abs, .exp, .log, .sqrt, .rsqrt, .square, .neg, .sign, .sin, .cos, .floor, .ceil, .round,
    ])

  /// Rows of values brought to a scale: softmax and norms.
  static let normalization = OperatorFamily(
    "Normalization", [.softmax, .logSoftmax, .l2Normalization, .localResponseNormalization])

  /// Axes or groups of rows reduced to one element.
  static let reduction = OperatorFamily(
    "Reduction",
    [
      .mean, .sum, .reduceMax, .reduceMin, .reduceProd, .reduceAny, .reduceAll, .cumsum,
      .segmentSum, .unsortedSegmentProd, .unsortedSegmentMax, .unsortedSegmentSum,
      .unsortedSegmentMin,
    ])

  /// Reductions in a sliding window.
  static let pooling = OperatorFamily(
    "Pooling", [.averagePool2D, .maxPool2D, .l2Pool2D, .reduceWindow, .stablehloReduceWindow],
    custom: [
      "MaxPoolingWithArgmax2D": CustomOperator(
        .maxPoolingWithArgmax2D, gradient: .maxPoolingWithArgmax2D),
      "MaxUnpooling2D": CustomOperator(.maxUnpooling2D, gradient: .maxUnpooling2D),
    ])

  /// Every element stays; shape or order changes.
  static let reshaping = OperatorFamily(
    "Reshaping",
    [
      .reshape, .squeeze, .expandDims, .transpose, .spaceToDepth, .depthToSpace, .spaceToBatchND,
      .batchToSpaceND, .reverseV2, .reverseSequence,
    ])

  /// Tensors cut up and put together.
  static let slicing = OperatorFamily(
    "Slicing",
    [
      .concatenation, .pack, .unpack, .split, .splitV, .slice, .stridedSlice, .dynamicUpdateSlice,
    ])

  /// Elements read or written at indices.
  static let indexing = OperatorFamily(
    "Indexing",
    [
      .gather, .gatherND, .scatterND, .oneHot, .sparseToDense, .matrixDiag, .matrixSetDiag,
      .stablehloScatter, .stablehloGather,
    ])

  /// Elements added or repeated.
  static let padding = OperatorFamily(
    "Padding",
    [
      .pad, .padV2, .mirrorPad, .dilate, .tile, .broadcastTo, .fill, .zerosLike, .stablehloPad,
    ])

  /// Images scaled.
  static let resizing = OperatorFamily("Resizing", [.resizeBilinear, .resizeNearestNeighbor])

  /// Elements found, ordered and chosen.
  static let selection = OperatorFamily(
    "Selection", [.argMax, .argMin, .topKV2, .select, .selectV2, .`where`, .unique, .bucketize])

  /// Boxes that remain when overlapping ones are left out.
  static let detection = OperatorFamily(
    "Detection", [.nonMaxSuppressionV4, .nonMaxSuppressionV5],
    custom: ["TFLite_Detection_PostProcess": CustomOperator(.detectionPostProcess)])

  /// Two operands compared; the result is bool.
  static let comparison = OperatorFamily(
    "Comparison", [.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual])

  /// Booleans and bits.
  static let logic = OperatorFamily(
    "Logic",
    [
      .logicalOr, .logicalAnd, .logicalNot, .bitwiseXor, .rightShift, .stablehloAnd,
      .stablehloShiftLeft,
    ])

  /// Conversions between types and encodings.
  static let encoding = OperatorFamily(
    "Encoding", [.quantize, .dequantize, .densify, .cast, .bitcast, .fakeQuant])

  /// Shapes and indices computed.
  static let shape = OperatorFamily("Shape", [.shape, .rank, .range, .broadcastArgs])

  /// Fourier transforms and complex numbers.
  static let signal = OperatorFamily("Signal", [.rfft2D, .imag, .real, .complexAbs])

  /// Random numbers.
  static let random = OperatorFamily(
    "Random", [.randomStandardNormal, .randomUniform, .multinomial, .stablehloRngBitGenerator])

  /// Operators that run other subgraphs.
  static let controlFlow = OperatorFamily(
    "ControlFlow", [.`if`, .`while`, .callOnce, .stablehloComposite, .stablehloCase])

  /// Variables and hash tables that live between runs.
  static let state = OperatorFamily(
    "State",
    [
      .varHandle, .readVariable, .assignVariable, .hashtable, .hashtableFind, .hashtableImport,
      .hashtableSize,
    ])
}
