import TFLite

extension OpKernel {
  static let pad = OpKernel { preparation in
    try preparation.padding(fill: .constant(preparation.zeroElement(try preparation.output())))
  }

  static let padV2 = OpKernel { preparation in
    let (input, fill) = (try preparation.input(0), try preparation.input(2))
    try preparation.require(
      fill.type == input.type && fill.count == 1,
      "\(fill.count) padding values of type \(fill.type) for \(input.type)")
    return try preparation.padding(fill: .value(fill))
  }

  /// Pads axis by axis from the last, so that the elements that are mirrored along an axis already
  /// have their margins along the axes behind it.
  static let mirrorPad = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    let margins = try preparation.margins()
    let keepsBorder = preparation.option(MirrorPad.mode) == 0 ? 1 : 0
    for (axis, margin) in margins.enumerated() {
      try preparation.require(
        margin.0 >= 0 && margin.1 >= 0
          && max(margin.0, margin.1) <= max(0, input.shape[axis] - keepsBorder),
        "margins of \(margin.0) and \(margin.1) exceed \(input.shape[axis]) elements to mirror")
    }
    let shape = zip(input.shape, margins).map { $0 + $1.0 + $1.1 }
    try preparation.setShape(shape)
    if shape == input.shape { return try preparation.share() }
    let bytes = try preparation.elementBytes(input)
    let before = margins.map(\.0)
    var stages = preparation.copy(
      .window(input.shape, of: input.shape, at: input.shape.map { _ in 0 }, in: shape, at: before),
      elementBytes: bytes, from: .value(input), to: .value(output))
    let dense = StridedBox.strides(shape)
    var (sizes, begin) = (input.shape, before)
    for axis in shape.indices.reversed() {
      let offset = zip(begin, dense).reduce(0) { $0 + $1.0 * $1.1 }
      for (count, first, from) in [
        (margins[axis].0, -margins[axis].0, margins[axis].0 - 1 + keepsBorder),
        (margins[axis].1, input.shape[axis], input.shape[axis] - 1 - keepsBorder),
      ] where count > 0 {
        var box = StridedBox(sizes: sizes, source: dense, target: dense)
        box.sizes[axis] = count
        box.source[axis] = -dense[axis]
        box.sourceOffset = offset + from * dense[axis]
        box.targetOffset = offset + first * dense[axis]
        stages += preparation.copy(
          box, elementBytes: bytes, from: .value(output), to: .value(output))
      }
      (sizes[axis], begin[axis]) = (shape[axis], 0)
    }
    return stages
  }

  static let dilate = OpKernel { preparation in
    let (input, fill) = (try preparation.input(0), try preparation.input(2))
    let output = try preparation.output()
    let steps = try preparation.sizes(1)
    try preparation.require(
      steps.count == input.rank && input.rank > 0 && steps.allSatisfy { $0 >= 1 },
      "the dilations \(steps) do not fit \(input.rank) dimensions")
    try preparation.require(
      fill.type == input.type, "the padding value has type \(fill.type), not \(input.type)")
    let shape = zip(input.shape, steps).map { $0 == 0 ? 0 : ($0 - 1) * $1 + 1 }
    try preparation.setShape(shape)
    if shape == input.shape { return try preparation.share() }
    let bytes = try preparation.elementBytes(input)
    var box = StridedBox.window(
      input.shape, of: input.shape, at: shape.map { _ in 0 }, in: shape, at: shape.map { _ in 0 })
    box.target = zip(box.target, steps).map { $0 * $1 }
    return preparation.copy(
      .filled(output.count), elementBytes: bytes, from: .value(fill), to: .value(output))
      + preparation.copy(box, elementBytes: bytes, from: .value(input), to: .value(output))
  }

  static let tile = OpKernel { preparation in
    let input = try preparation.input(0)
    let multiples = try preparation.sizes(1)
    try preparation.require(
      multiples.count == input.rank && multiples.allSatisfy { $0 >= 0 },
      "the multiples \(multiples) do not fit \(input.rank) dimensions")
    try preparation.setShape(zip(input.shape, multiples).map { $0 * $1 })
    let strides = StridedBox.strides(input.shape)
    let sizes = zip(multiples, input.shape).flatMap { [$0, $1] }
    return try preparation.move(
      StridedBox(
        sizes: sizes, source: strides.flatMap { [0, $0] }, target: StridedBox.strides(sizes)))
  }

  static let broadcastTo = OpKernel { preparation in
    let input = try preparation.input(0)
    let shape = try preparation.integers(1)
    let missing = shape.count - input.rank
    try preparation.require(
      missing >= 0, "\(input.rank) dimensions cannot be broadcast to \(shape)")
    try preparation.setShape(shape)
    let dense = StridedBox.strides(input.shape)
    var box = StridedBox(
      sizes: shape, source: shape.map { _ in 0 }, target: StridedBox.strides(shape))
    for (axis, size) in input.shape.enumerated() {
      try preparation.require(
        size == shape[missing + axis] || size == 1,
        "\(input.shape) cannot be broadcast to \(shape)")
      if size != 1 { box.source[missing + axis] = dense[axis] }
    }
    return try preparation.move(box)
  }
}

extension Preparation {
  /// Pairs of counts before and after each axis, from input 1.
  fileprivate func margins() throws -> [(Int, Int)] {
    let (input, flat) = (try input(0), try sizes(1))
    try require(
      flat.count == 2 * input.rank, "there are \(flat.count) paddings for \(input.rank) dimensions")
    return input.shape.indices.map { (flat[2 * $0], flat[2 * $0 + 1]) }
  }

  fileprivate func padding(fill: Place) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let margins = try margins()
    try require(
      margins.allSatisfy { $0.0 >= 0 && $0.1 >= 0 }, "the paddings \(margins) are negative")
    let shape = zip(input.shape, margins).map { $0 + $1.0 + $1.1 }
    try setShape(shape)
    if shape == input.shape { return try share() }
    try require(input.type == output.type, "the input is \(input.type), the output \(output.type)")
    let bytes = try elementBytes(input)
    let before = margins.map(\.0)
    return Border(inner: input.shape, outer: shape, before: before).boxes.flatMap {
      copy($0, elementBytes: bytes, from: fill, to: .value(output))
    }
      + copy(
        .window(input.shape, of: input.shape, at: shape.map { _ in 0 }, in: shape, at: before),
        elementBytes: bytes, from: .value(input), to: .value(output))
  }

}

extension OpKernel {
  static let stablehloPad = OpKernel { preparation in
    let (input, fill) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    func list(_ key: OptionKey<[Int64]>) throws -> [Int] {
      let list = try preparation.sizes(key)
      try preparation.require(
        list.count == input.rank, "there are \(list.count) paddings for \(input.rank) dimensions")
      return list
    }
    let low = try list(StablehloPad.low)
    let high = try list(StablehloPad.high)
    let steps = try list(StablehloPad.interior).map { $0 + 1 }
    try preparation.require(
      steps.allSatisfy { $0 > 0 } && fill.type == input.type && output.type == input.type
        && fill.count == 1,
      "steps of \(steps), padding of type \(fill.type) for \(input.type)")
    var shape = input.shape.indices.map {
      low[$0] + high[$0] + input.shape[$0] + max(0, input.shape[$0] - 1) * (steps[$0] - 1)
    }
    // As in LiteRT, cropping too much makes the result empty.
    if shape.contains(where: { $0 <= 0 }) { shape = shape.map { _ in 0 } }
    try preparation.setShape(shape)
    return preparation.interiorPad(
      input.shape, shape, low: low, steps: steps,
      elementBytes: try preparation.elementBytes(input), fill: .value(fill), from: .value(input),
      to: .value(output))
  }
}
