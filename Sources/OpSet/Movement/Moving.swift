import TFLite

extension Preparation {
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
      return [
        .tiles(copy.parts) { part, _ in
          copy.copy(part: part, from: source.base, to: target.base)
        }
      ]
    }
  }

  /// Stages that make the output, whose shape is set, of elements of the input. Where the bytes are
  /// the same, the output shares them.
  func move(_ box: StridedBox, input: Int = 0, output: Int = 0) throws -> [Stage] {
    let from = try self.input(input)
    let to = try self.output(output)
    try require(from.type == to.type, "input of type \(from.type), output of type \(to.type)")
    if from.type == .string { return moveStrings(box, from, to) }
    let bytes = try elementBytes(from)
    let copy = StridedCopy(box, elementBytes: bytes)
    if copy.isIdentity, from.byteCount == to.byteCount, copy.byteCount == to.byteCount,
      !from.tensor.isVariable, !to.tensor.isVariable
    {
      alias(output: output, input: input)
      return []
    }
    return self.copy(box, elementBytes: bytes, from: .value(from), to: .value(to))
  }

  /// The box of strings goes through the box of their indices.
  private func moveStrings(_ box: StridedBox, _ from: Value, _ to: Value) -> [Stage] {
    let copy = StridedCopy(box, elementBytes: 4)
    let indices = scratch(bytes: from.count * 4)
    let picked = scratch(bytes: to.count * 4)
    return [
      .once {
        let all = indices.base.assumingMemoryBound(to: Int32.self)
        for index in 0..<from.count { all[index] = Int32(truncatingIfNeeded: index) }
        copy.copy(from: indices.base, to: picked.base)
        let list = picked.base.assumingMemoryBound(to: Int32.self)
        try Strings.gather(to.count, of: from, into: to) { Int(list[$0]) }
      }
    ]
  }
}
