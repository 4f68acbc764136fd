import Foundation
import OpSet
import TFLite

@testable import Interpreter

/// A tensor in double precision; integers are whole numbers.
struct RealTensor {
  let shape: [Int]
  var values: [Double]

  init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// Nil for a type that is neither float32 nor whole numbers.
  init?(_ value: Value) {
    shape = value.shape
    if value.type == .float32 {
      values = (0..<value.count).map { Double(value.floats[$0]) }
    } else if let integers = value.integers {
      values = integers.map(Double.init)
    } else {
      return nil
    }
  }

  /// The element of an NHWC image, or of a filter with four axes.
  subscript(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Double {
    values[((a * shape[1] + b) * shape[2] + c) * shape[3] + d]
  }
}

/// Operators by their definition, in double precision: plain loops, no kernel's code.
struct ReferenceOperator {
  let kind: String
  let options: Options?
  /// What the operator made of the same shapes.
  let outputShape: [Int]

  /// Returns the first output; nil where there is no definition here.
  func run(_ inputs: [RealTensor?]) -> RealTensor? {
    guard
      let result = unary(inputs) ?? binary(inputs) ?? joined(inputs) ?? rows(inputs) ?? product(
        inputs)
        ?? pool(inputs)
    else { return nil }
    return RealTensor(shape: outputShape, values: result)
  }

  private func option(_ key: OptionKey<Int32>, _ standard: Int = 0) -> Int {
    options?[key].map(Int.init) ?? standard
  }

  private func isSame(_ key: OptionKey<Int8>) -> Bool { (options?[key] ?? 0) == 0 }

  /// ActivationFunctionType.
  private func fused(_ values: [Double], _ key: OptionKey<Int8>) -> [Double]? {
    switch options?[key] ?? 0 {
    case 0: values
    case 1: values.map { max($0, 0) }
    case 2: values.map { min(max($0, -1), 1) }
    case 3: values.map { min(max($0, 0), 6) }
    case 4: values.map { tanh($0) }
    default: nil
    }
  }

  // MARK: Elements

  private static let functions: [String: @Sendable (Double) -> Double] = [
    "RELU": { max($0, 0) },
    "RELU6": { min(max($0, 0), 6) },
    "RELU_N1_TO_1": { min(max($0, -1), 1) },
    "RELU_0_TO_1": { min(max($0, 0), 1) },
    "HARD_SWISH": { $0 * min(max($0 + 3, 0), 6) / 6 },
    "ELU": { $0 < 0 ? exp($0) - 1 : $0 },
    "LOGISTIC": { 1 / (1 + exp(-$0)) },
    "TANH": { tanh($0) },
    "ABS": { abs($0) },
    "EXP": { exp($0) },
    "SQRT": { $0.squareRoot() },
    "RSQRT": { 1 / $0.squareRoot() },
    "SQUARE": { $0 * $0 },
    "NEG": { -$0 },
    "LOG": { log($0) },
    "SIN": { sin($0) },
    "COS": { cos($0) },
  ]

  private static let others: Set<String> = [
    "LEAKY_RELU", "GELU", "ADD_N", "CONCATENATION", "SOFTMAX", "MEAN", "SUM", "FULLY_CONNECTED",
    "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "AVERAGE_POOL_2D", "MAX_POOL_2D",
  ]

  /// Whether there is a definition here.
  static func defines(_ kind: String) -> Bool {
    functions[kind] != nil || binaries.contains(kind) || others.contains(kind)
  }

  private func unary(_ inputs: [RealTensor?]) -> [Double]? {
    guard let input = inputs.first ?? nil else { return nil }
    if kind == "LEAKY_RELU" {
      let alpha = Double(options?[LeakyRelu.alpha] ?? 0)
      return input.values.map { $0 < 0 ? alpha * $0 : $0 }
    }
    if kind == "GELU" {
      return input.values.map { x in
        options?[Gelu.approximate] == true
          ? x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
          : x / 2 * erfc(-x / Double(2).squareRoot())
      }
    }
    if kind == "ADD_N" {
      return input.values.indices.map { place in
        inputs.reduce(0) { $0 + ($1?.values[place] ?? 0) }
      }
    }
    return Self.functions[kind].map { input.values.map($0) }
  }

  private static let binaries: Set<String> = [
    "ADD", "SUB", "MUL", "DIV", "SQUARED_DIFFERENCE", "MAXIMUM", "MINIMUM", "PRELU", "POW",
    "ATAN2", "FLOOR_MOD", "STABLEHLO_ADD", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM",
    "STABLEHLO_MINIMUM",
  ]

  private func binary(_ inputs: [RealTensor?]) -> [Double]? {
    guard Self.binaries.contains(kind), inputs.count == 2, let a = inputs[0], let b = inputs[1]
    else { return nil }
    let both = zip(spread(a), spread(b))
    switch kind {
    case "ADD": return fused(both.map { $0 + $1 }, AddOptions.activation)
    case "SUB": return fused(both.map { $0 - $1 }, SubOptions.activation)
    case "MUL": return fused(both.map { $0 * $1 }, MulOptions.activation)
    case "DIV": return fused(both.map { $0 / $1 }, DivOptions.activation)
    case "SQUARED_DIFFERENCE": return both.map { ($0 - $1) * ($0 - $1) }
    case "STABLEHLO_ADD": return both.map { $0 + $1 }
    case "STABLEHLO_MULTIPLY": return both.map { $0 * $1 }
    case "POW": return both.map { pow($0, $1) }
    case "ATAN2": return both.map { atan2($0, $1) }
    case "FLOOR_MOD": return both.map { $0 - $1 * ($0 / $1).rounded(.down) }
    case "STABLEHLO_MAXIMUM", "MAXIMUM": return both.map { max($0, $1) }
    case "STABLEHLO_MINIMUM", "MINIMUM": return both.map { min($0, $1) }
    case "PRELU": return both.map { $0 < 0 ? $0 * $1 : $0 }
    default: return nil
    }
  }

  /// The elements that broadcasting puts into the output's shape.
  private func spread(_ tensor: RealTensor) -> [Double] {
    let missing = outputShape.count - tensor.shape.count
    return (0..<outputShape.reduce(1, *)).map { place in
      var (rest, offset, stride) = (place, 0, 1)
      for axis in outputShape.indices.reversed() {
        let position = rest % outputShape[axis]
        rest /= outputShape[axis]
        guard axis >= missing else { continue }
        let size = tensor.shape[axis - missing]
        if size > 1 { offset += position * stride }
        stride *= size
      }
      return tensor.values[offset]
    }
  }

  /// CONCATENATION: each input's rows beside those of the others.
  private func joined(_ inputs: [RealTensor?]) -> [Double]? {
    guard kind == "CONCATENATION" else { return nil }
    let axis = option(Concatenation.axis)
    let outer = outputShape[..<(axis < 0 ? axis + outputShape.count : axis)].reduce(1, *)
    let values = (0..<outer).flatMap { row in
      inputs.compactMap { $0 }.flatMap { input in
        let width = input.values.count / outer
        return input.values[row * width..<(row + 1) * width]
      }
    }
    return fused(values, Concatenation.activation)
  }

  private func rows(_ inputs: [RealTensor?]) -> [Double]? {
    guard let input = inputs.first ?? nil else { return nil }
    if kind == "SOFTMAX" {
      let beta = Double(options?[Softmax.beta] ?? 1)
      let columns = input.shape.last ?? 1
      return stride(from: 0, to: input.values.count, by: columns).flatMap { start in
        let powers = input.values[start..<start + columns].map { exp(beta * $0) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
    guard kind == "MEAN" || kind == "SUM", inputs.count == 2, let axes = inputs[1] else {
      return nil
    }
    let rank = input.shape.count
    let reduced = Set(axes.values.map { $0 < 0 ? Int($0) + rank : Int($0) })
    let kept = input.shape.indices.filter { !reduced.contains($0) }
    var sums = [Double](repeating: 0, count: kept.reduce(1) { $0 * input.shape[$1] })
    for place in input.values.indices {
      var rest = place
      var index = [Int](repeating: 0, count: rank)
      for axis in (0..<rank).reversed() {
        index[axis] = rest % input.shape[axis]
        rest /= input.shape[axis]
      }
      sums[kept.reduce(0) { $0 * input.shape[$1] + index[$1] }] += input.values[place]
    }
    let share = kind == "MEAN" ? Double(input.values.count) / Double(max(sums.count, 1)) : 1
    return sums.map { $0 / share }
  }

  // MARK: Windows

  /// One axis: which input position a tap meets; nil for padding.
  private struct Axis {
    let input: Int
    let stride: Int
    let dilation: Int
    let before: Int

    init(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, isSame: Bool) {
      (self.input, self.stride, self.dilation) = (input, stride, dilation)
      let extent = (kernel - 1) * dilation + 1
      before = isSame ? max(0, (output - 1) * stride + extent - input) / 2 : 0
    }

    func position(_ output: Int, _ tap: Int) -> Int? {
      let position = output * stride + tap * dilation - before
      return (0..<input).contains(position) ? position : nil
    }
  }

  private func product(_ inputs: [RealTensor?]) -> [Double]? {
    func bias(_ index: Int, _ channel: Int) -> Double {
      inputs.indices.contains(index) ? inputs[index]?.values[channel] ?? 0 : 0
    }
    guard inputs.count > 1, let filter = inputs[1] else { return nil }
    switch kind {
    case "FULLY_CONNECTED":
      guard let input = inputs[0], filter.shape.count == 2 else { return nil }
      let (outputs, depth) = (filter.shape[0], filter.shape[1])
      let values = (0..<input.values.count / depth).flatMap { row in
        (0..<outputs).map { output in
          (0..<depth).reduce(bias(2, output)) {
            $0 + input.values[row * depth + $1] * filter.values[output * depth + $1]
          }
        }
      }
      return fused(values, FullyConnected.activation)
    case "CONV_2D", "DEPTHWISE_CONV_2D":
      return inputs[0].flatMap { convolution($0, filter, bias) }
    case "TRANSPOSE_CONV":
      return inputs.count > 2 ? inputs[2].flatMap { transposed($0, filter, bias) } : nil
    default: return nil
    }
  }

  private func convolution(
    _ input: RealTensor, _ filter: RealTensor, _ bias: (Int, Int) -> Double
  ) -> [Double]? {
    let isDepthwise = kind == "DEPTHWISE_CONV_2D"
    func key(_ plain: OptionKey<Int32>, _ depthwise: OptionKey<Int32>, _ standard: Int) -> Int {
      option(isDepthwise ? depthwise : plain, standard)
    }
    let padding = isSame(isDepthwise ? DepthwiseConv2D.padding : Conv2D.padding)
    let y = Axis(
      input.shape[1], outputShape[1], filter.shape[1],
      key(Conv2D.strideH, DepthwiseConv2D.strideH, 0),
      key(Conv2D.dilationH, DepthwiseConv2D.dilationH, 1), isSame: padding)
    let x = Axis(
      input.shape[2], outputShape[2], filter.shape[2],
      key(Conv2D.strideW, DepthwiseConv2D.strideW, 0),
      key(Conv2D.dilationW, DepthwiseConv2D.dilationW, 1), isSame: padding)
    let channels = outputShape[3]
    let multiplier = max(1, channels / input.shape[3])
    let inner = filter.shape[3]
    let perGroup = isDepthwise ? 1 : max(1, channels / max(1, input.shape[3] / inner))
    var values: [Double] = []
    for (batch, oy, ox, channel) in places() {
      var sum = bias(2, channel)
      for ky in 0..<filter.shape[1] {
        guard let row = y.position(oy, ky) else { continue }
        for kx in 0..<filter.shape[2] {
          guard let column = x.position(ox, kx) else { continue }
          if isDepthwise {
            sum += input[batch, row, column, channel / multiplier] * filter[0, ky, kx, channel]
          } else {
            let first = channel / perGroup * inner
            for c in 0..<inner {
              sum += input[batch, row, column, first + c] * filter[channel, ky, kx, c]
            }
          }
        }
      }
      values.append(sum)
    }
    return fused(values, isDepthwise ? DepthwiseConv2D.activation : Conv2D.activation)
  }

  /// Every input position adds a window of the filter to the output.
  private func transposed(
    _ input: RealTensor, _ filter: RealTensor, _ bias: (Int, Int) -> Double
  ) -> [Double]? {
    let (height, width, channels) = (outputShape[1], outputShape[2], outputShape[3])
    var values = places().map { bias(3, $0.3) }
    let (strideY, strideX) = (option(TransposeConv.strideH), option(TransposeConv.strideW))
    func before(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int) -> Int {
      max(0, (input - 1) * stride + kernel - output) / 2
    }
    let top = before(input.shape[1], height, filter.shape[1], strideY)
    let left = before(input.shape[2], width, filter.shape[2], strideX)
    for batch in 0..<input.shape[0] {
      for iy in 0..<input.shape[1] {
        for ix in 0..<input.shape[2] {
          for ky in 0..<filter.shape[1] {
            for kx in 0..<filter.shape[2] {
              let (oy, ox) = (iy * strideY + ky - top, ix * strideX + kx - left)
              guard (0..<height).contains(oy), (0..<width).contains(ox) else { continue }
              for channel in 0..<channels {
                let place = ((batch * height + oy) * width + ox) * channels + channel
                for c in 0..<input.shape[3] {
                  values[place] += input[batch, iy, ix, c] * filter[channel, ky, kx, c]
                }
              }
            }
          }
        }
      }
    }
    return fused(values, TransposeConv.activation)
  }

  private func pool(_ inputs: [RealTensor?]) -> [Double]? {
    guard kind == "AVERAGE_POOL_2D" || kind == "MAX_POOL_2D", let input = inputs.first ?? nil else {
      return nil
    }
    let (height, width) = (option(Pool2D.filterH), option(Pool2D.filterW))
    let isSame = isSame(Pool2D.padding)
    let y = Axis(
      input.shape[1], outputShape[1], height, option(Pool2D.strideH), 1, isSame: isSame)
    let x = Axis(
      input.shape[2], outputShape[2], width, option(Pool2D.strideW), 1, isSame: isSame)
    let values = places().map { batch, oy, ox, channel in
      let window = (0..<height).flatMap { ky in
        (0..<width).compactMap { kx -> Double? in
          guard let row = y.position(oy, ky), let column = x.position(ox, kx) else { return nil }
          return input[batch, row, column, channel]
        }
      }
      return kind == "MAX_POOL_2D"
        ? window.max() ?? 0 : window.reduce(0, +) / Double(max(window.count, 1))
    }
    return fused(values, Pool2D.activation)
  }

  /// Output positions of an image: batch, row, column, channel.
  private func places() -> [(Int, Int, Int, Int)] {
    (0..<outputShape.reduce(1, *)).map { place in
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: outputShape[3])
      let (line, column) = pixel.quotientAndRemainder(dividingBy: outputShape[2])
      let (batch, row) = line.quotientAndRemainder(dividingBy: outputShape[1])
      return (batch, row, column, channel)
    }
  }
}
