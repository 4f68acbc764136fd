import TFLite

extension OpKernel {
  /// The preparation does the work, since the size of the result depends on the values.
  static let unique = OpKernel { preparation in
    let input = try preparation.known(0)
    let (values, positions) = (try preparation.output(0), try preparation.output(1))
    try preparation.require(
      input.rank == 1 && values.type == input.type,
      "the input \(input.shape) is not one-dimensional, or the types differ")
    try preparation.requireType(positions, .int32, .int64, what: "positions")
    let (firsts, indices) =
      switch input.type {
      case .float32: input.uniqueElements(Float.self)
      case .int64: input.uniqueElements(Int64.self)
      case .int32: input.uniqueElements(Int32.self)
      case .int16: input.uniqueElements(Int16.self)
      case .int8: input.uniqueElements(Int8.self)
      case .uint8: input.uniqueElements(UInt8.self)
      default:
        throw OperatorFault.unsupported("there is no kernel for unique elements of \(input.type)")
      }
    try preparation.setShape([firsts.count], ofOutput: 0)
    try preparation.setShape(input.shape, ofOutput: 1)
    let bytes = try preparation.elementBytes(input)
    return .once {
      for (place, first) in firsts.enumerated() {
        (values.base + place &* bytes).copyMemory(
          from: input.base + first &* bytes, byteCount: bytes)
      }
      for (place, index) in indices.enumerated() { positions.setInteger(place, index) }
    }
  }
}

extension Value {
  /// Returns the position of the first occurrence of each element, and for each element the number
  /// of its first occurrence.
  fileprivate func uniqueElements<Element: Hashable & BitwiseCopyable>(
    _ type: Element.Type
  ) -> (firsts: [Int], indices: [Int]) {
    var numbers: [Element: Int] = [:]
    var firsts: [Int] = []
    let indices = (0..<count).map { position in
      let element = base.loadUnaligned(
        fromByteOffset: position * MemoryLayout<Element>.size, as: type)
      if let number = numbers[element] { return number }
      numbers[element] = firsts.count
      firsts.append(position)
      return firsts.count - 1
    }
    return (firsts, indices)
  }
}
