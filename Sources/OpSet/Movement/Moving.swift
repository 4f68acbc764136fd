import TFLite

extension Preparation {
  /// Returns the values of an integer input that are sizes or places: so small that sums and
  /// products of two do not overflow.
  func sizes(_ index: Int) throws -> [Int] { try Self.sizes(try integers(index)) }

  /// Returns the values of an option that are sizes or places, within the same limits.
  func sizes(_ key: OptionKey<[Int64]>) throws -> [Int] {
    try Self.sizes((options?[key] ?? []).map { Int($0) })
  }

  private static func sizes(_ integers: [Int]) throws -> [Int] {
    guard integers.allSatisfy({ $0 >= -1 << 31 && $0 <= 1 << 31 }) else {
      throw OperatorFault.invalid("the sizes \(integers)")
    }
    return integers
  }

  /// Bytes of an element; a string counts as four, the size of its index.
  func elementBytes(_ value: Value) throws -> Int {
    if value.type == .string { return 4 }
    guard let bits = value.type.bits, bits >= 8 else {
      throw OperatorFault.unsupported("there is no kernel that moves elements of \(value.type)")
    }
    return bits / 8
  }

  /// Stages that copy `box` from one place to another.
  func copy(_ box: StridedBox, elementBytes: Int, from source: Place, to target: Place) -> [Stage] {
    let copy = StridedCopy(box, elementBytes: elementBytes)
    switch copy.parts {
    case 0: return []
    case 1: return [.once { copy.copy(from: source.base, to: target.base) }]
    default:
      return .tiles(copy.parts) { part, _ in
        copy.copy(part: part, from: source.base, to: target.base)
      }
    }
  }

  /// Stages that make the output, whose shape is set, of elements of the input. Where the bytes are
  /// the same, the output shares them.
  func move(_ box: StridedBox, input: Int = 0, output: Int = 0) throws -> [Stage] {
    let from = try self.input(input)
    let to = try self.output(output)
    try requireEqualTypes(from, to)
    if from.type == .string { return try moveStrings(box, from, to) }
    let bytes = try elementBytes(from)
    let copy = StridedCopy(box, elementBytes: bytes)
    if copy.isIdentity, from.byteCount == to.byteCount, copy.byteCount == to.byteCount {
      return try share(input: input, output: output)
    }
    return self.copy(box, elementBytes: bytes, from: .value(from), to: .value(to))
  }

  /// Gives the output the input's bytes, perhaps in another shape. A variable keeps bytes of its
  /// own.
  func share(input: Int = 0, output: Int = 0) throws -> [Stage] {
    let (from, to) = (try self.input(input), try self.output(output))
    try requireEqualTypes(from, to)
    if from.type == .string { return [.once { to.replace(from.bytes) }] }
    if from.tensor.isVariable || to.tensor.isVariable {
      return copy(.whole(from.byteCount), elementBytes: 1, from: .value(from), to: .value(to))
    }
    alias(output: output, input: input)
    return []
  }

  /// Copies strings by copying the box of their indices.
  private func moveStrings(_ box: StridedBox, _ from: Value, _ to: Value) throws -> [Stage] {
    try require(max(from.count, to.count) < 1 << 28, "\(to.count) strings of \(from.count)")
    let copy = StridedCopy(box, elementBytes: 4)
    let indices = scratch(bytes: from.count * 4)
    let picked = scratch(bytes: to.count * 4)
    return .once {
      let all = indices.base.assumingMemoryBound(to: Int32.self)
      for index in 0..<from.count { all[index] = Int32(truncatingIfNeeded: index) }
      copy.copy(from: indices.base, to: picked.base)
      let list = picked.base.assumingMemoryBound(to: Int32.self)
      try Strings.gather(to.count, of: from, into: to) { Int(list[$0]) }
    }
  }
}
