extension [Int] {
  /// The product of sizes that a file or a caller gave; nil where it overflows on the way.
  package var sizeProduct: Int? {
    var product = 1
    for size in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }
}
