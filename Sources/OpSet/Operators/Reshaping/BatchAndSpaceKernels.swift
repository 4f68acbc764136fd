import TFLite

/// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: blocks of the axes behind the batch move into the batch.
extension OpKernel {
  static let spaceToBatchND = OpKernel { preparation in
    let input = try preparation.input(0)
    let blocks = try BlockShape(preparation)
    let padded = try blocks.resized(Array(input.shape[1...blocks.count]), by: 1)
    for (size, block) in zip(padded, blocks.sizes) {
      try preparation.require(
        size % block == 0, "\(size) positions are not a multiple of the block size \(block)")
    }
    let rest = Array(input.shape[(1 + blocks.count)...])
    let reduced = zip(padded, blocks.sizes).map { $0 / $1 }
    try preparation.setShape([input.shape[0] * blocks.product] + reduced + rest)
    let split = [input.shape[0]] + zip(reduced, blocks.sizes).flatMap { [$0, $1] } + rest
    let count = blocks.count
    let order =
      (0..<count).map { 2 + 2 * $0 } + [0] + (0..<count).map { 1 + 2 * $0 }
      + rest.indices.map { 1 + 2 * count + $0 }
    let box = StridedBox.transposed(split, order)
    guard blocks.isPadded else { return try preparation.move(box) }
    let shape = [input.shape[0]] + padded + rest
    let bytes = try preparation.elementBytes(input)
    let between = Place.scratch(preparation.scratch(bytes: shape.reduce(bytes, *)))
    let before = [0] + blocks.margins.map(\.0) + rest.map { _ in 0 }
    // TensorFlow Lite Micro fills with the level 0, whatever the zero point.
    let fill = Place.constant(
      preparation.reference == .tflm
        ? ConstantBytes([0]) : try preparation.zeroElement(try preparation.output()))
    return Border(inner: input.shape, outer: shape, before: before).boxes.flatMap {
      preparation.copy($0, elementBytes: bytes, from: fill, to: between)
    }
      + preparation.copy(
        .window(
          input.shape, of: input.shape, at: input.shape.map { _ in 0 }, in: shape, at: before),
        elementBytes: bytes, from: .value(input), to: between)
      + preparation.copy(
        box, elementBytes: bytes, from: between, to: .value(try preparation.output()))
  }

  static let batchToSpaceND = OpKernel { preparation in
    let input = try preparation.input(0)
    let blocks = try BlockShape(preparation)
    try preparation.require(
      input.shape[0] % blocks.product == 0,
      "the batch of \(input.shape[0]) is not a multiple of \(blocks.product) blocks")
    let batches = input.shape[0] / blocks.product
    let reduced = Array(input.shape[1...blocks.count])
    let rest = Array(input.shape[(1 + blocks.count)...])
    let full = zip(reduced, blocks.sizes).map { $0 * $1 }
    let cropped = try blocks.resized(full, by: -1)
    try preparation.setShape([batches] + cropped + rest)
    let count = blocks.count
    let order =
      [count] + (0..<count).flatMap { [count + 1 + $0, $0] }
      + rest.indices.map { 1 + 2 * count + $0 }
    let box = StridedBox.transposed(blocks.sizes + [batches] + reduced + rest, order)
    guard blocks.isPadded else { return try preparation.move(box) }
    let shape = [batches] + full + rest
    let bytes = try preparation.elementBytes(input)
    let between = Place.scratch(preparation.scratch(bytes: shape.reduce(bytes, *)))
    let output = try preparation.output()
    let before = [0] + blocks.margins.map(\.0) + rest.map { _ in 0 }
    return preparation.copy(box, elementBytes: bytes, from: .value(input), to: between)
      + preparation.copy(
        .window(output.shape, of: shape, at: before, in: output.shape, at: before.map { _ in 0 }),
        elementBytes: bytes, from: between, to: .value(output))
  }
}

/// The block sizes of input 1 and the paddings or crops of input 2.
private struct BlockShape {
  let sizes: [Int]
  let margins: [(Int, Int)]

  init(_ preparation: Preparation) throws {
    let input = try preparation.input(0)
    sizes = try preparation.sizes(1)
    let flat = try preparation.sizes(2)
    let count = sizes.count
    try preparation.require(
      input.rank > count && count > 0 && flat.count == 2 * count,
      "\(count) blocks and \(flat.count) margins do not fit \(input.rank) dimensions")
    try preparation.require(
      sizes.allSatisfy { $0 > 0 } && StridedBox.count(sizes) < 1 << 31
        && flat.allSatisfy { $0 >= 0 },
      "blocks of \(sizes) and margins of \(flat) are not possible")
    margins = sizes.indices.map { (flat[2 * $0], flat[2 * $0 + 1]) }
  }

  var count: Int { sizes.count }
  var product: Int { sizes.reduce(1, *) }
  var isPadded: Bool { margins.contains { $0.0 != 0 || $0.1 != 0 } }

  func resized(_ shape: [Int], by sign: Int) throws -> [Int] {
    let sizes = zip(shape, margins).map { $0 + sign * ($1.0 + $1.1) }
    guard sizes.allSatisfy({ $0 >= 0 }) else {
      throw OperatorFault.invalid("the crops exceed the shape \(shape)")
    }
    return sizes
  }
}
