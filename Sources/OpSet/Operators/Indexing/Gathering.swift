import TFLite

/// Operators that read or write elements at indices.
extension OpSpec {
  /// A constant table is an activation in the integer modes.
  static let gather = OpSpec(
    "GATHER", .activationAndIndex,
    product: ProductGeometry(weight: 0, .table(ranks: 2...2)),
    scale: .sameAsInputs, modes: .all,
    hybrid: HybridRule(weights: [0], .perTensor, result: .dequantized),
    narrow: NarrowRule(float: [.int4], copiesRows: true, along: Gather.axis),
    versions: [
      .version(8, if: .float8Input(0)),
      .version(7, if: .input(0, .int4)),
      .version(6, if: .input(1, .int16)),
      .version(5, if: .option(Gather.batchDims, isNot: 0)),
      .version(4, if: .input(0, .int16)),
      .version(3, if: .input(0, .bool)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.6.0 2:1.14.0 3:1.15.0 4:2.4.0 5:2.5.0 6:2.13.0 7:2.15.0 8:2.23.0",
    kernel: .gather,
    gradient: .gather)

  static let gatherND = OpSpec(
    "GATHER_ND", .activationAndIndex,
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(6, if: .float8Input(0)),
      .version(5, if: .input(0, .bool)),
      .version(4, if: .input(1, .int16)),
      .version(3, if: .input(0, .int16)),
      .version(2, if: .input(0, .string)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:2.3.0 3:2.5.0 4:2.13.0 5:2.16.0 6:2.23.0", kernel: .gatherND,
    gradient: .moved)

  /// Indices, updates, shape. Integer kernels fill with a raw 0, not the zero point.
  static let scatterND = OpSpec(
    "SCATTER_ND", [.index, .activation, .index], scale: .sameAsInputs, modes: .int8, values: .all,
    integerLimit: .zeroPointZero,
    runtimes: "1:2.1.0", kernel: .scatterND,
    gradient: .scatterND)

  /// Indices, depth, value where on, value where off.
  static let oneHot = OpSpec(
    "ONE_HOT", [.index, .index, .parameter, .parameter],
    scale: .sameAsInputs, modes: .int8,
    runtimes: "1:1.11.0", kernel: .oneHot)

  /// Indices, shape, values, default value. An int8 kernel exists; it is not measured.
  static let sparseToDense = OpSpec(
    "SPARSE_TO_DENSE", [.index, .index, .activation, .parameter],
    versions: [
      .version(3, if: .input(2, .int8, .uint8)),
      .version(2, if: .input(2, .int64)),
      .otherwise(1),
    ],
    runtimes: "1:1.9.0 2:1.14.0 3:1.15.0", kernel: .sparseToDense,
    gradient: .moved)

  /// Integer kernels fill with a raw 0, not the zero point.
  static let matrixDiag = OpSpec(
    "MATRIX_DIAG", .activation,
    runtimes: "1:1.14.0", kernel: .matrixDiag,
    gradient: .moved)

  static let matrixSetDiag = OpSpec(
    "MATRIX_SET_DIAG", .activations,
    runtimes: "1:1.14.0", kernel: .matrixSetDiag,
    gradient: .moved)

  /// Operand, indices, updates.
  static let stablehloScatter = OpSpec(
    "STABLEHLO_SCATTER", [.activation, .index, .activation], runtimes: "1:2.15.0",
    kernel: .stablehloScatter)

  static let stablehloGather = OpSpec(
    "STABLEHLO_GATHER", .activationAndIndex, runtimes: "1:2.16.0", kernel: .stablehloGather,
    gradient: .moved)
}
