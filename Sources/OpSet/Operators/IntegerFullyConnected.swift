import TFLite

extension OpKernel {
  /// Int8 input, filter and output, int32 bias: y = round(Σ (x − zero point) × w × scale) + zero
  /// point in double precision, halves away from zero, as the reference kernel.
  static func integerFullyConnected(_ preparation: Preparation) throws -> [Stage] {
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let bias = preparation.optionalInput(2)
    let output = try preparation.output()
    try preparation.requireType(filter, .int8, what: "the filter")
    try preparation.requireType(output, .int8, what: "the output")
    if let bias { try preparation.requireType(bias, .int32, what: "the bias") }
    let (columns, depth) = (filter.shape[0], filter.shape[1])
    try preparation.require(
      depth > 0 && input.count % depth == 0,
      "\(input.count) inputs do not make rows of \(depth)")
    let rows = input.count / depth
    try preparation.setShape(
      preparation.option(FullyConnected.keepNumDims)
        ? Array(input.shape.dropLast()) + [columns] : [rows, columns])
    let x = try AffineScale(input)
    let y = try AffineScale(output)
    let scales = filter.tensor.quantization?.scale ?? []
    try preparation.require(
      scales.count == 1 || scales.count == columns, "the filter has \(scales.count) scales")
    let factors = (0..<columns).map { column in
      scales.count == 1
        ? Double(x.scale * scales[0]) / Double(y.scale)
        : Double(x.scale) * Double(scales[column]) / Double(y.scale)
    }
    let range = try y.clamp(preparation.option(FullyConnected.activation), -128...127)
    return [
      .once {
        for row in 0..<rows {
          let source = input.pointer(Int8.self) + row &* depth
          for column in 0..<columns {
            let weights = filter.pointer(Int8.self) + column &* depth
            var sum = bias?.pointer(Int32.self)[column] ?? 0
            for k in 0..<depth {
              sum &+= (Int32(source[k]) &- x.zeroPoint) &* Int32(weights[k])
            }
            let level = (Double(sum) * factors[column]).rounded() + Double(y.zeroPoint)
            output.pointer(Int8.self)[row &* columns &+ column] = Int8(
              max(Double(range.lowerBound), min(Double(range.upperBound), level)))
          }
        }
      }
    ]
  }
}
