extension OperatorFamily {
  /// Rows of tables, looked up by index, key or hash.
  static let embedding = OperatorFamily(
    "Embedding",
    [
      .embeddingLookup, .embeddingLookupSparse, .hashtableLookup, .lshProjection, .skipGram,
    ])
}
