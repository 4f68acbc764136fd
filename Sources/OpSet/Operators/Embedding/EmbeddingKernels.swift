import KernelTable
import TFLite

extension OpKernel {
  /// Rows of a table; integers become float by the scale of the table, their row or their block.
  static let embeddingLookup = OpKernel { preparation in
    let indices = try preparation.input(0)
    let table = try preparation.input(1)
    let output = try preparation.output()
    try preparation.requireType(indices, .int32, what: "indices")
    try preparation.require(indices.rank == 1, "the indices have \(indices.rank) dimensions")
    try preparation.require(table.rank >= 2, "the table has \(table.rank) dimensions")
    try preparation.setShape(indices.shape + table.shape.dropFirst())
    let (rows, depth) = (table.shape[0], table.shape.dropFirst().reduce(1, *))
    if table.type == output.type {
      guard rows > 0 else { return [] }
      let bytes = table.byteCount / rows
      return .once {
        for position in 0..<indices.count {
          let row = try indices.row(position, below: rows)
          (output.base + position &* bytes).copyMemory(
            from: table.base + row &* bytes, byteCount: bytes)
        }
      }
    }
    try preparation.requireType(table, .int8, .uint8, .int4, .int2, what: "a table")
    try preparation.requireType(output, .float32, what: "the output")
    let blocks = try BlockwiseFilter(table, .int4, .int2, in: preparation)
    let scales = try blocks?.values() ?? preparation.rowScales(table)
    let block = blocks?.blockSize ?? max(1, depth)
    return .once {
      for position in 0..<indices.count {
        let first = try indices.row(position, below: rows) &* depth
        for start in stride(from: 0, to: depth, by: block) {
          table.decode(
            first &+ start, block, scales[scales.count == 1 ? 0 : (first &+ start) / block],
            output.floats + (position &* depth &+ start))
        }
      }
    }
  }

  /// Inputs: ids, their places in a sparse tensor, its dense shape, weights of the ids, table. Ids
  /// whose places differ only in the last index are combined to one weighted row.
  static let embeddingLookupSparse = OpKernel { preparation in
    let (ids, places) = (try preparation.input(0), try preparation.input(1))
    let (weights, table) = (try preparation.input(3), try preparation.input(4))
    let output = try preparation.output()
    for value in [ids, places] { try preparation.requireType(value, .int32, what: "indices") }
    for value in [weights, table, output] {
      try preparation.requireType(value, .float32, what: "a table")
    }
    let dense = try preparation.integers(2)
    try preparation.require(
      ids.rank == 1 && places.shape == [ids.count, dense.count] && weights.shape == ids.shape
        && table.rank >= 2 && !dense.isEmpty,
      "ids \(ids.shape), places \(places.shape) and weights \(weights.shape) do not match")
    try preparation.setShape(dense.dropLast() + table.shape.dropFirst())
    let depth = table.shape.dropFirst().reduce(1, *)
    let combiner = preparation.option(EmbeddingLookupSparse.combiner)
    let kernels = preparation.kernels
    return .once {
      output.floats.update(repeating: 0, count: output.count)
      var bucket = Bucket(combiner: combiner)
      for position in 0..<ids.count {
        let row = try ids.row(position, below: table.shape[0])
        var place = 0
        for axis in 0..<dense.count &- 1 {
          place =
            place &* dense[axis]
            &+ (try places.row(position &* dense.count &+ axis, below: dense[axis]))
        }
        if place != bucket.place {
          bucket.finish(output.floats, depth)
          bucket = Bucket(combiner: combiner, place: place)
        }
        let weight = weights.floats[position]
        bucket.add(weight)
        kernels.accumulate(
          table.floats + row &* depth, weight, output.floats + place &* depth, depth)
      }
      bucket.finish(output.floats, depth)
    }
  }

  /// Rows of a table whose sorted keys are found, zeros for others, and whether each was found.
  static let hashtableLookup = OpKernel { preparation in
    let (wanted, keys) = (try preparation.input(0), try preparation.input(1))
    let table = try preparation.input(2)
    let (output, hits) = (try preparation.output(0), try preparation.output(1))
    for value in [wanted, keys] {
      try preparation.requireType(value, .int32, what: "keys")
      try preparation.require(value.rank == 1, "the keys have \(value.rank) dimensions")
    }
    try preparation.require(
      table.rank >= 1 && table.shape[0] == keys.count && keys.count > 0
        && table.type == output.type && hits.type == .uint8,
      "\(keys.count) keys do not fit a table of shape \(table.shape)")
    try preparation.setShape(wanted.shape + table.shape.dropFirst())
    try preparation.setShape(wanted.shape, ofOutput: 1)
    if table.type == .string {
      try preparation.require(
        table.rank == 1, "the table of strings has \(table.rank) dimensions, expected 1")
      return .once {
        Strings.set(
          try (0..<wanted.count).map { position in
            let row = keys.search(wanted.pointer(Int32.self)[position])
            hits.pointer(UInt8.self)[position] = row == nil ? 0 : 1
            return try row.map { Array(try Strings.element($0, of: table)) } ?? []
          }, of: output)
      }
    }
    let bytes = table.byteCount / keys.count
    return .once {
      for position in 0..<wanted.count {
        let target = output.base + position &* bytes
        let row = keys.search(wanted.pointer(Int32.self)[position])
        hits.pointer(UInt8.self)[position] = row == nil ? 0 : 1
        if let row {
          target.copyMemory(from: table.base + row &* bytes, byteCount: bytes)
        } else {
          target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }
      }
    }
  }

  /// Ids whose rows become one.
  private struct Bucket {
    /// 0 sum, 1 mean, 2 divided by the root of the sum of squares (schema: CombinerType).
    let combiner: Int
    var place = 0
    private var total: Float = 0
    private var squares: Float = 0
    private var isEmpty = true

    init(combiner: Int, place: Int = 0) {
      self.combiner = combiner
      self.place = place
    }

    mutating func add(_ weight: Float) {
      total += weight
      squares += weight * weight
      isEmpty = false
    }

    func finish(_ output: UnsafeMutablePointer<Float>, _ depth: Int) {
      guard combiner != 0, !isEmpty else { return }
      let divisor = combiner == 1 ? total : squares.squareRoot()
      let row = output + place &* depth
      for index in 0..<depth { row[index] /= divisor }
    }
  }
}

extension Value {
  /// Returns an int32 that counts rows.
  fileprivate func row(_ position: Int, below limit: Int) throws -> Int {
    let row = Int(pointer(Int32.self)[position])
    guard row >= 0, row < limit else {
      throw OperatorFault.invalid("index \(row) is outside \(limit) rows")
    }
    return row
  }

  /// Returns the index of the int32 among ascending ones, or nil.
  func search(_ wanted: Int32) -> Int? {
    let keys = pointer(Int32.self)
    var (low, high) = (0, count)
    while low < high {
      let middle = (low &+ high) / 2
      if keys[middle] == wanted { return middle }
      if keys[middle] < wanted { low = middle &+ 1 } else { high = middle }
    }
    return nil
  }

  /// Returns elements from `first` on, times the scale. As in LiteRT, uint8 is read as int8, and
  /// packed elements of a row begin with a new byte.
  fileprivate func decode(
    _ first: Int, _ count: Int, _ scale: Float, _ output: UnsafeMutablePointer<Float>
  ) {
    let bits = type == .int4 ? 4 : type == .int2 ? 2 : 8
    if bits == 8 {
      let source = pointer(Int8.self) + first
      for index in 0..<count { output[index] = Float(source[index]) * scale }
      return
    }
    let source = pointer(UInt8.self) + first &* bits / 8
    let perByte = 8 / bits
    for index in 0..<count {
      let shifted = source[index / perByte] << (8 &- bits &- index % perByte &* bits)
      output[index] = Float(Int8(bitPattern: shifted) >> (8 &- bits)) * scale
    }
  }
}

extension Preparation {
  /// Returns one scale for the table, or one for each row.
  fileprivate func rowScales(_ table: Value) throws -> [Float] {
    let quantization = table.tensor.quantization
    let scales = quantization?.scale ?? []
    guard quantization?.details == nil, !scales.isEmpty else {
      throw OperatorFault.unsupported("there is no kernel for \(table.type) without scales")
    }
    try require(
      scales.count == 1
        || (scales.count == table.shape[0] && quantization?.quantizedDimension == 0),
      "\(scales.count) scales do not fit a table of shape \(table.shape)")
    try require(
      quantization?.zeroPoint?.allSatisfy { $0 == 0 } ?? true, "the table's zero point is not 0")
    return scales
  }
}
