import TFLite

/// Operators that take or replace a part of a tensor.
extension OpKernel {
  static let slice = OpKernel { preparation in
    let input = try preparation.input(0)
    let begin = try preparation.sizes(1)
    var sizes = try preparation.sizes(2)
    try preparation.require(
      begin.count == input.rank && sizes.count == input.rank,
      "\(begin.count) beginnings and \(sizes.count) sizes do not fit \(input.rank) dimensions")
    for axis in input.shape.indices {
      if sizes[axis] == -1 { sizes[axis] = input.shape[axis] - begin[axis] }
      try preparation.require(
        begin[axis] >= 0 && sizes[axis] >= 0 && begin[axis] + sizes[axis] <= input.shape[axis],
        "\(sizes[axis]) elements from \(begin[axis]) on exceed \(input.shape[axis])")
    }
    try preparation.setShape(sizes)
    return try preparation.move(
      .window(sizes, of: input.shape, at: begin, in: sizes, at: sizes.map { _ in 0 }))
  }

  static let stridedSlice = OpKernel { preparation in
    let input = try preparation.input(0)
    let region = try StridedRegion(preparation)
    try preparation.setShape(region.shape)
    return try preparation.move(region.box)
  }

  /// The start indices are read when the operator runs, so that a cache can be written in place.
  static let dynamicUpdateSlice = OpKernel { preparation in
    let (operand, update) = (try preparation.input(0), try preparation.input(1))
    let (start, output) = (try preparation.input(2), try preparation.output())
    try preparation.requireType(start, .int32, .int64, what: "start indices")
    try preparation.require(
      operand.type == update.type, "the update has type \(update.type), not \(operand.type)")
    try preparation.require(
      update.rank == operand.rank && start.shape == [operand.rank]
        && zip(update.shape, operand.shape).allSatisfy { $0 <= $1 },
      "an update of shape \(update.shape) does not fit \(operand.shape)")
    try preparation.setShape(operand.shape)
    let bytes = try preparation.elementBytes(operand)
    try preparation.require(operand.type != .string, "strings cannot be updated")
    preparation.allowOverwriting(input: 0)
    let origin = operand.shape.map { _ in 0 }
    let write = StridedCopy(
      .window(update.shape, of: update.shape, at: origin, in: operand.shape, at: origin),
      elementBytes: bytes)
    let all = StridedCopy(.whole(operand.count), elementBytes: bytes)
    let strides = ConstantBytes(StridedBox.strides(operand.shape).map { $0 * bytes })
    let room = ConstantBytes(zip(operand.shape, update.shape).map { $0 - $1 })
    let rank = operand.rank
    return [
      .tiles(all.parts) { part, _ in
        if output.base != operand.base {
          all.copy(part: part, from: operand.base, to: output.base)
        }
      },
      .once {
        var offset = 0
        for axis in 0..<rank {
          let first = max(0, min(start.integer(axis) ?? 0, room.integers[axis]))
          offset &+= first &* strides.integers[axis]
        }
        write.copy(from: update.base, to: output.base + offset)
      },
    ]
  }
}

/// The region of each dimension that STRIDED_SLICE takes, after its five masks are resolved.
private struct StridedRegion {
  /// The shape of the output, without the dimensions that the shrink mask removes.
  var shape: [Int] = []
  var box: StridedBox

  init(_ preparation: Preparation) throws {
    let input = try preparation.input(0)
    let begin = try preparation.sizes(1)
    let end = try preparation.sizes(2)
    let steps = try preparation.sizes(3)
    try preparation.require(
      begin.count == end.count && begin.count == steps.count && begin.count < 32,
      "there are \(begin.count) beginnings, \(end.count) ends and \(steps.count) steps")
    let isLength = preparation.option(StridedSlice.offset)
    let beginMask = preparation.option(StridedSlice.beginMask)
    let endMask = preparation.option(StridedSlice.endMask)
    let shrinkMask = preparation.option(StridedSlice.shrinkAxisMask)
    box = StridedBox(sizes: [], source: [], target: [])
    let strides = StridedBox.strides(input.shape)
    var axis = 0
    for entry in try Self.entries(preparation, count: begin.count, rank: input.rank) {
      guard let entry else {
        shape.append(1)
        continue
      }
      let size = input.shape[axis]
      var selection = Selection(size: size)
      if entry < begin.count {
        selection = try Selection(
          size: size, begin: begin[entry], end: end[entry], step: steps[entry],
          isFromStart: beginMask >> entry & 1 == 1, isToEnd: endMask >> entry & 1 == 1,
          isSingle: shrinkMask >> entry & 1 == 1, isLength: isLength)
      }
      if entry >= begin.count || shrinkMask >> entry & 1 == 0 { shape.append(selection.count) }
      box.sizes.append(selection.count)
      box.source.append(strides[axis] * selection.step)
      box.sourceOffset += strides[axis] * selection.first
      axis += 1
    }
    box.target = StridedBox.strides(box.sizes)
  }

  /// Returns the index of the slice for each dimension, in order. It is nil for a new dimension,
  /// and a number beyond the last slice for a dimension that is taken whole. As in LiteRT, an
  /// ellipsis stands for at least one dimension, even if that leaves too few for the slices after
  /// it.
  private static func entries(
    _ preparation: Preparation, count: Int, rank: Int
  ) throws -> [Int?] {
    let ellipsis = preparation.option(StridedSlice.ellipsisMask)
    let newAxis = preparation.option(StridedSlice.newAxisMask)
    func isEllipsis(_ entry: Int) -> Bool { ellipsis >> entry & 1 == 1 }
    func isNew(_ entry: Int) -> Bool { !isEllipsis(entry) && newAxis >> entry & 1 == 1 }
    let whole = Int.max
    let used = (0..<count).filter { !isEllipsis($0) && !isNew($0) }.count
    var entries: [Int?] = []
    for entry in 0..<count {
      if isEllipsis(entry) {
        entries += Array(repeating: whole, count: max(1, rank - used))
      } else {
        entries.append(isNew(entry) ? nil : entry)
      }
    }
    entries = Array(entries.prefix(rank + (0..<count).filter(isNew).count))
    let taken = entries.filter { $0 != nil }.count
    try preparation.require(
      taken <= rank && (0..<count).filter(isEllipsis).count <= 1,
      "there are \(count) slices for \(rank) dimensions")
    return entries + Array(repeating: whole, count: rank - taken)
  }
}

/// The elements of one dimension.
private struct Selection {
  var first = 0
  var count: Int
  var step = 1

  init(size: Int) { count = size }

  init(
    size: Int, begin: Int, end: Int, step: Int, isFromStart: Bool, isToEnd: Bool, isSingle: Bool,
    isLength: Bool
  ) throws {
    guard step != 0 else { throw OperatorFault.invalid("a slice has steps of 0") }
    let (lowest, highest) = step > 0 ? (0, size) : (-1, size - 1)
    func bounded(_ index: Int) -> Int {
      max(lowest, min(index < 0 ? index + size : index, highest))
    }
    first = isFromStart ? (step > 0 ? 0 : size - 1) : bounded(begin)
    self.step = step
    if isSingle {
      guard first >= 0, first < size else {
        throw OperatorFault.invalid("element \(begin) is outside the size \(size)")
      }
      count = 1
      return
    }
    let last = isToEnd ? (step > 0 ? size : -1) : bounded(isLength ? first + end : end)
    count = max(0, step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step)
  }
}
