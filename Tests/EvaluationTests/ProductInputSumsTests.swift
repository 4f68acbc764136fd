import OpSet
import Platform
import TFLite
import Testing

/// The definition of each operator, written plainly, judges: for each output position and tap the
/// input that the tap meets, or nothing where that is padding.
@Suite struct ProductInputSumsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var input = [2, 7, 6, 3]
    var kernel = (3, 2)
    var stride = (1, 1)
    var dilation = (1, 1)
    var isSame = true
    /// Output channels for each input channel, of a depthwise convolution.
    var multiplier = 1
    /// Of a transposed convolution.
    var output = (0, 0)

    var testDescription: String {
      "\(input) kernel \(kernel) stride \(stride) dilation \(dilation) "
        + "\(isSame ? "same" : "valid") × \(multiplier)"
    }
  }

  static let cases: [Case] = [
    Case(), Case(isSame: false), Case(stride: (2, 2)), Case(stride: (2, 3), isSame: false),
    Case(dilation: (2, 2)), Case(dilation: (2, 3), isSame: false), Case(kernel: (1, 1)),
    Case(kernel: (1, 1), stride: (3, 2)), Case(input: [1, 2, 2, 1], kernel: (5, 5)),
    Case(kernel: (5, 4), stride: (3, 2)),
    Case(input: [1, 9, 8, 2], kernel: (4, 4), stride: (4, 4)),
    Case(stride: (1, 2), dilation: (3, 1)), Case(input: [3, 1, 10, 4], kernel: (1, 3)),
  ]

  private static let multiplied: [Case] = cases.map {
    var copy = $0
    copy.multiplier = 2
    return copy
  }

  static let transposed: [Case] = [
    Case(input: [2, 4, 3, 2], kernel: (3, 3), stride: (2, 2), output: (8, 6)),
    Case(input: [1, 4, 3, 2], kernel: (3, 3), stride: (2, 2), isSame: false, output: (9, 7)),
    Case(input: [1, 3, 5, 1], kernel: (2, 4), stride: (3, 1), output: (9, 5)),
    Case(input: [1, 3, 5, 1], kernel: (2, 4), stride: (3, 1), isSame: false, output: (9, 8)),
    Case(input: [1, 4, 4, 3], kernel: (1, 1), output: (4, 4)),
    Case(input: [1, 2, 2, 1], kernel: (5, 5), stride: (1, 1), output: (2, 2)),
  ]

  /// One axis: how many output positions there are, and the input position that output position
  /// `o` meets with tap `k`.
  private struct Axis {
    let count: Int
    let input: Int
    let position: (_ output: Int, _ tap: Int) -> Int

    init(_ input: Int, kernel: Int, stride: Int, dilation: Int, isSame: Bool) {
      let extent = (kernel - 1) * dilation + 1
      let count =
        isSame
        ? Int((Double(input) / Double(stride)).rounded(.up))
        : Int((Double(input - extent) / Double(stride)).rounded(.down)) + 1
      let missing = isSame ? max(0, (count - 1) * stride + extent - input) : 0
      (self.count, self.input) = (count, input)
      // SAME puts the odd position behind.
      position = { $0 * stride + $1 * dilation - missing / 2 }
    }
  }

  private func value(_ shape: [Int], seed: UInt64 = 0) -> Value {
    var tensor = Tensor()
    tensor.shape = shape.map(Int32.init)
    let value = Value(tensor, id: TensorID(0, 0))
    value.own(value.byteCount)
    var generator = SeededRandom(seed: seed)
    for index in 0..<value.count {
      value.floats[index] = Float.random(in: -1...1, using: &generator)
    }
    return value
  }

  /// Compares with sums over `meets(output row, output column, tap row, tap column)`, the input
  /// position.
  private func expect(
    _ found: ProductInputSums?, input: Value, kernel: (Int, Int), outputs: (Int, Int),
    _ meets: (Int, Int, Int, Int) -> (Int, Int)?
  ) throws {
    let found = try #require(found)
    let shape = input.shape
    let channels = shape[3]
    #expect(found.channels == channels && found.count == kernel.0 * kernel.1 * channels)
    #expect(found.positions == shape[0] * outputs.0 * outputs.1)
    var sums = [Double](repeating: 0.25, count: found.count)
    sums.withUnsafeMutableBufferPointer { found.add(to: $0.baseAddress!) }
    for ky in 0..<kernel.0 {
      for kx in 0..<kernel.1 {
        for channel in 0..<channels {
          // What was there before stays.
          var sum = 0.25
          for batch in 0..<shape[0] {
            for y in 0..<outputs.0 {
              for x in 0..<outputs.1 {
                guard let (row, column) = meets(y, x, ky, kx), row >= 0, row < shape[1],
                  column >= 0, column < shape[2]
                else { continue }
                let index = ((batch * shape[1] + row) * shape[2] + column) * channels + channel
                sum += Double(input.floats[index])
              }
            }
          }
          let place = (ky * kernel.1 + kx) * channels + channel
          #expect(abs(sums[place] - sum) < 1e-4, "tap \(ky), \(kx), channel \(channel)")
        }
      }
    }
  }

  private func check(_ entry: Case, _ kind: BuiltinOperator, _ options: Options?, filter: [Int])
    throws
  {
    let rows = Axis(
      entry.input[1], kernel: entry.kernel.0, stride: entry.stride.0, dilation: entry.dilation.0,
      isSame: entry.isSame)
    let columns = Axis(
      entry.input[2], kernel: entry.kernel.1, stride: entry.stride.1, dilation: entry.dilation.1,
      isSame: entry.isSame)
    let input = value(entry.input, seed: 31)
    let output = value([entry.input[0], rows.count, columns.count, filter.last ?? 1])
    let found = try ProductInputSums(
      kind, options: options, inputs: [input, value(filter), nil], output: output)
    try expect(
      found, input: input, kernel: entry.kernel, outputs: (rows.count, columns.count)
    ) { (rows.position($0, $2), columns.position($1, $3)) }
  }

  @Test("CONV_2D sums what each tap meets", arguments: cases)
  func convolution(entry: Case) throws {
    var options = Options(.builtinOptions, tag: Conv2D.strideH.tag)
    options?[Conv2D.padding] = entry.isSame ? 0 : 1
    options?[Conv2D.strideH] = Int32(entry.stride.0)
    options?[Conv2D.strideW] = Int32(entry.stride.1)
    options?[Conv2D.dilationH] = Int32(entry.dilation.0)
    options?[Conv2D.dilationW] = Int32(entry.dilation.1)
    try check(
      entry, .conv2D, options, filter: [4, entry.kernel.0, entry.kernel.1, entry.input[3]])
  }

  @Test("DEPTHWISE_CONV_2D does, whatever its multiplier", arguments: cases + multiplied)
  func depthwise(entry: Case) throws {
    var options = Options(.builtinOptions, tag: DepthwiseConv2D.strideH.tag)
    options?[DepthwiseConv2D.padding] = entry.isSame ? 0 : 1
    options?[DepthwiseConv2D.strideH] = Int32(entry.stride.0)
    options?[DepthwiseConv2D.strideW] = Int32(entry.stride.1)
    options?[DepthwiseConv2D.dilationH] = Int32(entry.dilation.0)
    options?[DepthwiseConv2D.dilationW] = Int32(entry.dilation.1)
    try check(
      entry, .depthwiseConv2D, options,
      filter: [1, entry.kernel.0, entry.kernel.1, entry.input[3] * entry.multiplier])
  }

  @Test("TRANSPOSE_CONV does, where an input meets an output", arguments: transposed)
  func transposedConvolution(entry: Case) throws {
    var options = Options(.builtinOptions, tag: TransposeConv.strideH.tag)
    options?[TransposeConv.padding] = entry.isSame ? 0 : 1
    options?[TransposeConv.strideH] = Int32(entry.stride.0)
    options?[TransposeConv.strideW] = Int32(entry.stride.1)
    let input = value(entry.input, seed: 8)
    let (height, width) = entry.output
    let found = try ProductInputSums(
      .transposeConv, options: options,
      inputs: [nil, value([5, entry.kernel.0, entry.kernel.1, entry.input[3]]), input],
      output: value([entry.input[0], height, width, 5]))
    // Output = input × stride + tap − padding.
    func source(_ output: Int, _ tap: Int, _ stride: Int, _ padding: Int) -> Int? {
      let distance = output + padding - tap
      return distance >= 0 && distance % stride == 0 ? distance / stride : nil
    }
    func padding(_ input: Int, _ kernel: Int, _ stride: Int, _ output: Int) -> Int {
      max(0, (input - 1) * stride + kernel - output) / 2
    }
    let top = padding(entry.input[1], entry.kernel.0, entry.stride.0, height)
    let left = padding(entry.input[2], entry.kernel.1, entry.stride.1, width)
    try expect(found, input: input, kernel: entry.kernel, outputs: entry.output) { y, x, ky, kx in
      guard let row = source(y, ky, entry.stride.0, top),
        let column = source(x, kx, entry.stride.1, left)
      else { return nil }
      return (row, column)
    }
  }

  @Test func `FULLY_CONNECTED sums its rows`() throws {
    let input = value([3, 2, 5], seed: 6)
    let found = try #require(
      try ProductInputSums(
        .fullyConnected, options: Options(.builtinOptions, tag: FullyConnected.keepNumDims.tag),
        inputs: [input, value([4, 5]), nil], output: value([6, 4])))
    #expect(found.count == 5 && found.positions == 6 && found.channels == 5)
    var sums = [Double](repeating: 0, count: 5)
    sums.withUnsafeMutableBufferPointer { found.add(to: $0.baseAddress!) }
    for column in 0..<5 {
      let expected = (0..<6).reduce(0.0) { $0 + Double(input.floats[$1 * 5 + column]) }
      #expect(abs(sums[column] - expected) < 1e-5)
    }
  }

  @Test func `Other operators have none`() throws {
    let input = value([1, 2, 2, 1])
    #expect(
      try ProductInputSums(.gather, options: nil, inputs: [input, input], output: input) == nil)
    #expect(
      try ProductInputSums(.conv2D, options: nil, inputs: [input], output: input) == nil)
  }
}
