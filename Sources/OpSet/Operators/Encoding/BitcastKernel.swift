import TFLite

extension OpKernel {
  /// The same bytes as another type; a wider type takes up the last dimension, a narrower one adds
  /// one.
  static let bitcast = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    guard let from = input.type.bits, let to = output.type.bits, from % 8 == 0, to % 8 == 0 else {
      throw preparation.unsupported(input.type)
    }
    var shape = input.shape
    if from > to {
      shape.append(from / to)
    } else if from < to {
      try preparation.require(
        shape.last == to / from, "the last dimension of \(shape) is not \(to / from)")
      shape.removeLast()
    }
    try preparation.setShape(shape)
    preparation.alias()
    return []
  }
}
