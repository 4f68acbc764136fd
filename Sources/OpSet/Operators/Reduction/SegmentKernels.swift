import TFLite

/// Reductions over groups of rows.
extension OpKernel {
  /// Groups are ascending without gaps, and their number follows from their values.
  static let segmentSum = OpKernel { preparation in
    let (data, groups) = (try preparation.input(0), try preparation.input(1))
    let ids = try preparation.integers(1)
    try preparation.require(
      data.rank >= 1 && groups.rank == 1 && ids.count == data.shape[0],
      "there are \(ids.count) segment ids for data of shape \(data.shape)")
    for (position, id) in ids.enumerated() {
      let previous = position == 0 ? 0 : ids[position - 1]
      try preparation.require(
        id == previous || (position > 0 && id == previous + 1),
        "segment \(id) follows \(previous)")
    }
    try preparation.setShape([(ids.last ?? -1) + 1] + data.shape.dropFirst())
    return try preparation.segmentStages(.sum, start: 0)
  }

  static let unsortedSegmentSum = unsorted(.sum)
  static let unsortedSegmentProd = unsorted(.product)
  static let unsortedSegmentMax = unsorted(.maximum)
  static let unsortedSegmentMin = unsorted(.minimum)

  /// Rows of a negative group are left out.
  private static func unsorted(_ fold: ElementFold) -> OpKernel {
    OpKernel { preparation in
      let (data, groups) = (try preparation.input(0), try preparation.input(1))
      let counts = try preparation.integers(2)
      try preparation.require(
        counts.count == 1 && counts[0] >= 0, "the number of segments is \(counts)")
      try preparation.require(
        groups.rank <= data.rank && groups.shape == Array(data.shape.prefix(groups.rank)),
        "segment ids of shape \(groups.shape) do not fit data of shape \(data.shape)")
      try preparation.setShape(counts + data.shape.dropFirst(groups.rank))
      return try preparation.segmentStages(fold, start: fold.start(data.type))
    }
  }
}

extension ElementFold {
  /// Returns the bits of the neutral element.
  fileprivate func start(_ type: TensorType) -> Int {
    let isFloat = type == .float32
    let greatest = Float.greatestFiniteMagnitude
    return switch self {
    case .product: isFloat ? Int(Float(1).bitPattern) : 1
    case .maximum: isFloat ? Int((-greatest).bitPattern) : Int(UInt32(bitPattern: .min))
    case .minimum: isFloat ? Int(greatest.bitPattern) : Int(Int32.max)
    default: 0
    }
  }
}

extension Preparation {
  /// Folds the rows of input 0 into the rows of the output that input 1 names.
  fileprivate func segmentStages(_ fold: ElementFold, start: Int) throws -> [Stage] {
    let (data, groups) = (try input(0), try input(1))
    let output = try output()
    try requireType(data, .float32, .int32, what: "data")
    try requireType(groups, .int32, what: "segments")
    try require(output.type == data.type, "an output of type \(output.type)")
    let row = try ElementFold.row(fold, data.type)
    let segments = output.shape[0]
    let width = output.shape.dropFirst().reduce(1, *)
    let fill = Place.constant(ConstantBytes([start]))
    return copy(.filled(output.count), elementBytes: 4, from: fill, to: .value(output)) + [
      .once {
        for position in 0..<groups.count {
          let group = groups.integer(position) ?? -1
          guard group < segments else {
            throw OperatorFault.invalid("segment \(group) is beyond \(segments) segments")
          }
          if group < 0 { continue }
          row(data.base + position &* width &* 4, output.base + group &* width &* 4, width)
        }
      }
    ]
  }
}
