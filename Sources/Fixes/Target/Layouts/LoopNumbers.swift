import TFLite

/// Integers that are known while a loop is unrolled: counters, and the places that follow from them.
struct LoopNumbers: Equatable {
  let values: [Int]
  let sizes: [Int]
  let type: TensorType

  /// Returns what an operator makes of known integers; nil for operators that loops do not count with.
  static func result(
    of kind: BuiltinOperator, _ operands: [LoopNumbers], like result: Tensor
  ) -> LoopNumbers? {
    guard [.int32, .int64, .bool].contains(result.type), let first = operands.first,
      let values = values(of: kind, operands), values.allSatisfy({ Int32(exactly: $0) != nil })
    else { return nil }
    var sizes = result.shape.map { $0.map(Int.init) } ?? first.sizes
    if sizes.reduce(1, *) != values.count { sizes = values.count == 1 ? [] : [values.count] }
    return LoopNumbers(values: values, sizes: sizes, type: result.type)
  }

  private static func values(of kind: BuiltinOperator, _ operands: [LoopNumbers]) -> [Int]? {
    if let compute = pairs[kind], operands.count == 2 {
      let (a, b) = (operands[0].values, operands[1].values)
      guard a.count == b.count || a.count == 1 || b.count == 1 else { return nil }
      return (0..<max(a.count, b.count)).map {
        compute(a[a.count == 1 ? 0 : $0], b[b.count == 1 ? 0 : $0])
      }
    }
    switch kind {
    case .reshape, .expandDims, .squeeze, .cast: return operands[0].values
    case .concatenation, .pack:
      guard operands.allSatisfy({ $0.sizes.count <= 1 }) else { return nil }
      return operands.flatMap(\.values)
    default: return nil
    }
  }

  private static let pairs: [BuiltinOperator: @Sendable (Int, Int) -> Int] = [
    .add: { $0 &+ $1 }, .subtract: { $0 &- $1 }, .multiply: { $0 &* $1 },
    .maximum: { max($0, $1) }, .minimum: { min($0, $1) },
    .less: { $0 < $1 ? 1 : 0 }, .greater: { $0 > $1 ? 1 : 0 },
    .greaterEqual: { $0 >= $1 ? 1 : 0 }, .logicalAnd: { $0 & $1 },
  ]
}

/// A tensor that is made of rows of others, along the first axis.
struct LoopRows: Equatable {
  struct Part: Equatable {
    let source: Int32
    let begin: Int
    let count: Int
    /// Whether these are all rows of the source.
    let isWhole: Bool
  }

  private(set) var parts: [Part]

  init(all source: Int32, _ count: Int) {
    parts = [Part(source: source, begin: 0, count: count, isWhole: true)]
  }

  private init(_ parts: [Part]) { self.parts = parts }

  static func joined(_ rows: [LoopRows]) -> LoopRows { LoopRows(rows.flatMap(\.parts)) }

  var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// Returns some rows; nil if there are fewer.
  func rows(from begin: Int, _ count: Int) -> LoopRows? {
    guard begin >= 0, count >= 0, begin + count <= self.count else { return nil }
    var found: [Part] = []
    var place = 0
    for part in parts {
      let (first, last) = (max(begin, place), min(begin + count, place + part.count))
      if first < last {
        found.append(
          Part(
            source: part.source, begin: part.begin + first - place, count: last - first,
            isWhole: part.isWhole && last - first == part.count))
      }
      place += part.count
    }
    return LoopRows(found)
  }
}
