import KernelTable
import TFLite

extension OpGradient {
  static let depthwise = OpGradient { step in
    try step.undo(DepthwiseConv2D.activation)
    let (input, filter, output) = (try step.input(0), try step.input(1), try step.output())
    guard filter.type == .float32 else {
      throw OperatorFault.unsupported("there is no gradient for a filter of \(filter.type)")
    }
    let image = try ImageShape(input)
    let kernel = try ImageShape(filter, what: "the filter")
    let isSame = step.options?[DepthwiseConv2D.padding] ?? 0 == 0
    let y = try WindowAxis(
      input: image.height, kernel: kernel.height,
      stride: Int(step.options?[DepthwiseConv2D.strideH] ?? 0),
      dilation: Int(step.options?[DepthwiseConv2D.dilationH] ?? 1), isSame: isSame)
    let x = try WindowAxis(
      input: image.width, kernel: kernel.width,
      stride: Int(step.options?[DepthwiseConv2D.strideW] ?? 0),
      dilation: Int(step.options?[DepthwiseConv2D.dilationW] ?? 1), isSame: isSame)
    let (inner, channels, kernels) = (image.channels, kernel.channels, step.kernels)
    let multiplier = channels / max(inner, 1)
    if let bias = step.gradient(2) {
      kernels.observation.sumRows(
        step.outputGradient, output.count / channels, channels, channels, bias)
    }
    let (inputGradient, filterGradient) = (step.gradient(0), step.gradient(1))
    for line in 0..<image.batches * y.output {
      let (batch, row) = (line / y.output, line % y.output)
      for ky in y.taps(row) {
        let from = row &* y.stride &- y.padding &+ ky &* y.dilation
        let start = (batch &* image.height &+ from) &* image.rowFloats
        for column in 0..<x.output {
          let gradient = step.outputGradient + (line &* x.output &+ column) &* channels
          for kx in x.taps(column) {
            let place =
              start &+ (column &* x.stride &- x.padding &+ kx &* x.dilation) &* inner
            let tap = (ky &* x.kernel &+ kx) &* channels
            let (source, weights) = (input.floats + place, filter.floats + tap)
            guard multiplier > 1 else {
              if let inputGradient {
                kernels.accumulateProducts(gradient, weights, inputGradient + place, channels)
              }
              if let filterGradient {
                kernels.accumulateProducts(gradient, source, filterGradient + tap, channels)
              }
              continue
            }
            for channel in 0..<inner {
              let first = channel &* multiplier
              if let inputGradient {
                inputGradient[place &+ channel] += kernels.dot(
                  gradient + first, weights + first, multiplier)
              }
              if let filterGradient {
                kernels.accumulate(
                  gradient + first, source[channel], filterGradient + (tap &+ first), multiplier)
              }
            }
          }
        }
      }
    }
  }
}
