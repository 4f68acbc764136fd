/// Reductions over groups of rows: data, group of each row, number of groups.
extension OpSpec {
  static let segmentSum = OpSpec(
    "SEGMENT_SUM", .activationAndIndex, runtimes: "1:2.2.0", reference: .absent,
    kernel: .segmentSum,
    gradient: .segmentSum)

  static let unsortedSegmentProd = OpSpec(
    "UNSORTED_SEGMENT_PROD", grouped, runtimes: "1:2.10.0", kernel: .unsortedSegmentProd,
    gradient: .segmentProduct)

  static let unsortedSegmentMax = OpSpec(
    "UNSORTED_SEGMENT_MAX", grouped, runtimes: "1:2.10.0", kernel: .unsortedSegmentMax,
    gradient: .segmentExtreme)

  static let unsortedSegmentSum = OpSpec(
    "UNSORTED_SEGMENT_SUM", grouped, runtimes: "1:2.10.0", kernel: .unsortedSegmentSum,
    gradient: .segmentSum)

  static let unsortedSegmentMin = OpSpec(
    "UNSORTED_SEGMENT_MIN", grouped, runtimes: "1:2.11.0", kernel: .unsortedSegmentMin,
    gradient: .segmentExtreme)

  private static let grouped: Operands = [.activation, .index, .index]
}
