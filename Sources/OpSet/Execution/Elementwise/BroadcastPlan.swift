/// The walk over up to three operands under numpy's broadcasting rules.
///
/// Dimensions of size 1 are dropped, and neighbours that every operand walks alike are merged, so
/// that most operators become one run or a few long ones. Offsets count elements.
final class BroadcastPlan: @unchecked Sendable {
  static let operandLimit = 3
  /// Runs longer than this are cut, so that several lanes can share them.
  private static let longestRun = 8192

  /// The output's shape.
  let shape: [Int]
  /// Elements of the output.
  let count: Int
  /// The step of each operand inside a run, in elements: 0 repeats one element, 1 takes the next.
  /// The lane behind the operands is the output's.
  private(set) var steps = SIMD4<Int>(0, 0, 0, 1)
  /// Elements of the innermost merged dimension.
  private(set) var run = 1
  /// Pieces of runs to work on.
  private(set) var pieces = 0
  private var piecesPerRun = 1
  /// The merged dimensions outside the run, outermost first.
  private var depth = 0
  private let sizes = UnsafeMutablePointer<Int>.allocate(capacity: 8)
  private let strides = UnsafeMutablePointer<SIMD4<Int>>.allocate(capacity: 8)

  /// Throws `.invalid` for shapes that do not fit together.
  init(_ shapes: [[Int]]) throws {
    shape = try Self.broadcast(shapes)
    count = shape.reduce(1, *)
    var dimensions: [(size: Int, strides: SIMD4<Int>)] = []
    let all = shapes + [shape]
    var reach = [Int](repeating: 1, count: all.count)
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      var strides = SIMD4<Int>()
      for (operand, own) in all.enumerated() {
        let position = axis - shape.count + own.count
        let lane = operand == shapes.count ? 3 : operand
        guard position >= 0, own[position] != 1 else { continue }
        strides[lane] = reach[operand]
        reach[operand] *= own[position]
      }
      // Two dimensions merge where every operand's stride continues from the inner one.
      if let inner = dimensions.last, inner.strides &* SIMD4(repeating: inner.size) == strides {
        dimensions[dimensions.count - 1].size *= shape[axis]
      } else {
        dimensions.append((shape[axis], strides))
      }
    }
    try set(dimensions)
  }

  /// The dimension outside the run where there is just one.
  var onlyOuterDimension: (size: Int, strides: SIMD4<Int>)? {
    depth == 1 ? (sizes[0], strides[0]) : nil
  }

  deinit {
    sizes.deallocate()
    strides.deallocate()
  }

  /// `dimensions` innermost first.
  private func set(_ dimensions: [(size: Int, strides: SIMD4<Int>)]) throws {
    guard dimensions.count <= 8 else {
      throw OperatorFault.unsupported("more than 8 dimensions cannot be broadcast")
    }
    if let inner = dimensions.first {
      run = inner.size
      steps = inner.strides
    }
    for (index, dimension) in dimensions.dropFirst().reversed().enumerated() {
      sizes[index] = dimension.size
      strides[index] = dimension.strides
    }
    depth = max(0, dimensions.count - 1)
    guard count > 0 else { return }
    piecesPerRun = (run + Self.longestRun - 1) / Self.longestRun
    pieces = count / run * piecesPerRun
  }

  private static func broadcast(_ shapes: [[Int]]) throws -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    return try (0..<rank).map { axis in
      var size = 1
      for shape in shapes {
        let position = axis - rank + shape.count
        guard position >= 0, shape[position] != 1 else { continue }
        let own = shape[position]
        // As in the runtime, a size of 0 fits every size.
        guard size == 1 || size == own || size == 0 || own == 0 else {
          let text = shapes.map { "\($0)" }.joined(separator: " and ")
          throw OperatorFault.invalid("the shapes \(text) cannot be broadcast")
        }
        size = size == 0 ? 0 : own
      }
      return size
    }
  }

  /// Calls `body` with the offsets of each operand, the output's last, and the piece's length.
  @inline(__always)
  func walk(_ range: Range<Int>, _ body: (_ offsets: SIMD4<Int>, _ count: Int) -> Void) {
    if depth == 1, piecesPerRun == 1 {
      let stride = strides[0]
      var offsets = stride &* SIMD4(repeating: range.lowerBound)
      for _ in range {
        body(offsets, run)
        offsets &+= stride
      }
      return
    }
    var position = position(ofRun: range.lowerBound / piecesPerRun)
    var piece = range.lowerBound % piecesPerRun
    for _ in range {
      let start = piece &* Self.longestRun
      body(
        position.offsets &+ steps &* SIMD4(repeating: start),
        min(Self.longestRun, run &- start))
      piece &+= 1
      guard piece == piecesPerRun else { continue }
      piece = 0
      advance(&position)
    }
  }

  private struct Position {
    var coordinates: SIMD8<Int>
    var offsets: SIMD4<Int>
  }

  @inline(__always)
  private func position(ofRun index: Int) -> Position {
    var position = Position(coordinates: SIMD8(), offsets: SIMD4())
    var rest = index
    for axis in stride(from: depth &- 1, through: 0, by: -1) {
      position.coordinates[axis] = rest % sizes[axis]
      rest /= sizes[axis]
      position.offsets &+= strides[axis] &* SIMD4(repeating: position.coordinates[axis])
    }
    return position
  }

  @inline(__always)
  private func advance(_ position: inout Position) {
    var axis = depth &- 1
    while axis >= 0 {
      position.coordinates[axis] &+= 1
      position.offsets &+= strides[axis]
      guard position.coordinates[axis] == sizes[axis] else { return }
      position.offsets &-= strides[axis] &* SIMD4(repeating: sizes[axis])
      position.coordinates[axis] = 0
      axis &-= 1
    }
  }

  /// Calls `body` for every piece, on several lanes where an element costs so many operations that
  /// it is worth it.
  func stages(
    cost: Int = 1, _ body: @escaping (_ offsets: SIMD4<Int>, _ count: Int) -> Void
  ) -> [Stage] {
    guard pieces > 0 else { return [] }
    let parts = Tiling.parts(of: pieces, operations: count * cost)
    return .tiles(parts) { tile, _ in
      self.walk(Tiling.range(tile, of: parts, count: self.pieces), body)
    }
  }
}
