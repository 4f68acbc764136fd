import TFLite

extension OpSpec {
  /// The hybrid kernel dequantizes the rows that it reads.
  static let embeddingLookup = OpSpec(
    "EMBEDDING_LOOKUP", [.index, .weight(channelAxis: 0)],
    product: ProductGeometry(.table(ranks: 2 ... .max)),
    hybrid: HybridRule(weights: [1], .rows),
    narrow: NarrowRule(
      float: [.int4, .int2], copiesRows: true,
      blocks: .init(types: [.int4, .int2], leastRows: 1, activation: nil)),
    versions: [
      .version(4, if: .input(1, .int4)),
      .version(4, if: .hasScalePerRow(ofInput: 1)),
      .version(5, if: .input(1, .int2)),
      .otherwise(1),
    ],
    runtimes: "1:1.13.0 2:1.14.0 3:1.14.0 4:2.18.0 5:2.21.0",
    kernels: [.since(2, 22, if: .input(1, .int2)), .since(2, 22, if: .isByBlock(input: 1))],
    kernel: .embeddingLookup,
    gradient: .embeddingLookup)

  static let embeddingLookupSparse = OpSpec(
    "EMBEDDING_LOOKUP_SPARSE",
    [.index, .index, .index, .parameter, .weight(channelAxis: nil)],
    runtimes: "1:1.5.0", kernel: .embeddingLookupSparse,
    gradient: .embeddingLookupSparse)

  static let hashtableLookup = OpSpec(
    "HASHTABLE_LOOKUP", [.index, .index, .weight(channelAxis: nil)],
    runtimes: "1:1.5.0", kernel: .hashtableLookup,
    gradient: .hashtableLookup)

  static let lshProjection = OpSpec(
    "LSH_PROJECTION", [.parameter, .activation, .parameter],
    runtimes: "1:1.5.0")

  static let skipGram = OpSpec(
    "SKIP_GRAM", [.index],
    runtimes: "1:1.5.0")
}
