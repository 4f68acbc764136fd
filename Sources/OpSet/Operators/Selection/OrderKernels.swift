import TFLite

/// Operators that find or order elements.
extension OpKernel {
  static let argMax = argument(isMaximum: true)

  static let argMin = argument(isMaximum: false)

  /// Returns a kernel for the first of several greatest or least elements along an axis.
  private static func argument(isMaximum: Bool) -> OpKernel {
    OpKernel { preparation in
      let (input, output) = try preparation.inputAndOutput()
      let axes = try preparation.integers(1)
      try preparation.require(axes.count == 1, "expected one axis, found \(axes.count)")
      let axis = try preparation.axis(axes[0], rank: input.rank)
      try preparation.requireType(output, .int32, .int64, what: "positions")
      var shape = input.shape
      let count = shape.remove(at: axis)
      try preparation.setShape(shape)
      let inner = input.shape[(axis + 1)...].reduce(1, *)
      let search = try Search.over(input.type, isMaximum: isMaximum)
      try preparation.require(
        count > 0 || output.count == 0, "there are no elements to choose from")
      let parts = output.count == 0 ? 0 : Tiling.parts(of: output.count, operations: input.count)
      let bytes = try preparation.elementBytes(input)
      return .tiles(parts) { part, _ in
        for place in Tiling.range(part, of: parts, count: output.count) {
          let first = place / inner &* count &* inner &+ place % inner
          output.setInteger(place, search(input.base + first &* bytes, count, inner))
        }
      }
    }
  }

  /// Descending; of equal elements the first comes first.
  static let topKV2 = OpKernel { preparation in
    let (input, values) = (try preparation.input(0), try preparation.output(0))
    let positions = try preparation.output(1)
    let asked = try preparation.integers(1)
    try preparation.requireType(positions, .int16, .int32, what: "positions")
    try preparation.require(
      asked.count == 1 && input.rank >= 1 && input.type == values.type,
      "k is \(asked) for an input of \(input.rank) dimensions")
    let count = max(0, asked[0])
    try preparation.require(
      count <= input.size(-1), "k is \(count), but there are \(input.size(-1)) elements")
    let shape = Array(input.shape.dropLast()) + [count]
    try preparation.setShape(shape, ofOutput: 0)
    try preparation.setShape(shape, ofOutput: 1)
    let width = input.size(-1)
    let rows = count == 0 ? 0 : values.count / count
    let select = try GreatestElements.over(input.type)
    let bytes = try preparation.elementBytes(input)
    let heaps = preparation.scratch(bytesPerLane: count * 4)
    let parts = rows == 0 ? 0 : Tiling.parts(of: rows, operations: input.count * 4)
    return .tiles(parts) { part, lane in
      let heap = heaps.pointer(lane: lane).assumingMemoryBound(to: Int32.self)
      for row in Tiling.range(part, of: parts, count: rows) {
        let source = input.base + row &* width &* bytes
        select(source, width, heap, count)
        for place in 0..<count {
          let position = Int(heap[place])
          positions.setInteger(row &* count &+ place, position)
          (values.base + (row &* count &+ place) &* bytes).copyMemory(
            from: source + position &* bytes, byteCount: bytes)
        }
      }
    }
  }

  /// The number of boundaries that are not greater than each element.
  static let bucketize = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    let patterns = preparation.options?[Bucketize.boundaries] ?? []
    let boundaries = patterns.map { Float(bitPattern: UInt32(bitPattern: $0)) }
    try preparation.requireType(input, .float32, .float64, .int32, .int64, what: "elements")
    try preparation.requireType(output, .int32, what: "buckets")
    try preparation.require(
      zip(boundaries, boundaries.dropFirst()).allSatisfy { !($1 < $0) },
      "the boundaries \(boundaries) are not ascending")
    try preparation.setShape(input.shape)
    return .once {
      for index in 0..<input.count {
        let count: Int
        switch input.type {
        case .float32: count = bucket(input.base, index, Float.self, boundaries) { $0 }
        case .float64: count = bucket(input.base, index, Double.self, boundaries) { $0 }
        case .int32: count = bucket(input.base, index, Int32.self, boundaries) { Float($0) }
        default: count = bucket(input.base, index, Int64.self, boundaries) { Float($0) }
        }
        output.setInteger(index, count)
      }
    }
  }
}

@inline(__always)
private func bucket<Element: BitwiseCopyable, Compared: BinaryFloatingPoint>(
  _ base: UnsafeRawPointer, _ index: Int, _ type: Element.Type, _ boundaries: [Float],
  _ converted: (Element) -> Compared
) -> Int {
  let value = converted(
    base.loadUnaligned(fromByteOffset: index &* MemoryLayout<Element>.size, as: type))
  var (first, last) = (0, boundaries.count)
  while first < last {
    let middle = (first &+ last) / 2
    if value < Compared(boundaries[middle]) { last = middle } else { first = middle &+ 1 }
  }
  return first
}

/// The position of the greatest or least of `count` elements that are `stride` elements apart.
private enum Search {
  typealias Function = (_ source: UnsafeRawPointer, _ count: Int, _ stride: Int) -> Int

  static func over(_ type: TensorType, isMaximum: Bool) throws -> Function {
    switch type {
    case .float32: function(Float.self, isMaximum)
    case .int32: function(Int32.self, isMaximum)
    case .int64: function(Int64.self, isMaximum)
    case .int16: function(Int16.self, isMaximum)
    case .int8: function(Int8.self, isMaximum)
    case .uint8, .bool: function(UInt8.self, isMaximum)
    default: throw OperatorFault.unsupported("there is no kernel that orders \(type)")
    }
  }

  private static func function<T: FoldableElement>(_ type: T.Type, _ isMaximum: Bool) -> Function {
    isMaximum
      ? { find($0, $1, $2) { (a: T, b: T) in a > b } }
      : { find($0, $1, $2) { (a: T, b: T) in a < b } }
  }

  @inline(__always)
  private static func find<T: FoldableElement>(
    _ source: UnsafeRawPointer, _ count: Int, _ stride: Int, _ isBetter: (T, T) -> Bool
  ) -> Int {
    let step = stride &* MemoryLayout<T>.size
    var best = source.loadUnaligned(as: T.self)
    var position = 0
    // Every number ranks above NaN.
    while best != best, position &+ 1 < count {
      position &+= 1
      best = source.loadUnaligned(fromByteOffset: position &* step, as: T.self)
    }
    if best != best { return 0 }
    for index in position &+ 1..<max(count, position &+ 1) {
      let element = source.loadUnaligned(fromByteOffset: index &* step, as: T.self)
      if isBetter(element, best) { (best, position) = (element, index) }
    }
    return position
  }
}
