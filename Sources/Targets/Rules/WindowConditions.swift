import OpSet
import TFLite

/// The window that a convolution or pooling moves over an image.
struct OperatorWindow {
  let filter: (height: Int, width: Int)
  let stride: (height: Int, width: Int)
  let dilation: (height: Int, width: Int)
  let isValid: Bool

  /// Nil for other operators.
  init?(_ view: OperatorView) {
    guard let options = view.options else { return nil }
    func pair(_ a: OptionKey<Int32>, _ b: OptionKey<Int32>) -> (height: Int, width: Int)? {
      guard let height = options[a], let width = options[b] else { return nil }
      return (Int(height), Int(width))
    }
    func filter(_ index: Int) -> (height: Int, width: Int)? {
      guard let shape = view.input(index)?.shape, shape.count == 4 else { return nil }
      return (shape[1], shape[2])
    }
    if let stride = pair(Conv2D.strideH, Conv2D.strideW), let size = filter(1) {
      self.init(
        size, stride, pair(Conv2D.dilationH, Conv2D.dilationW), options[Conv2D.padding])
    } else if let stride = pair(DepthwiseConv2D.strideH, DepthwiseConv2D.strideW),
      let size = filter(1)
    {
      self.init(
        size, stride, pair(DepthwiseConv2D.dilationH, DepthwiseConv2D.dilationW),
        options[DepthwiseConv2D.padding])
    } else if let stride = pair(TransposeConv.strideH, TransposeConv.strideW),
      let size = filter(1)
    {
      self.init(size, stride, nil, options[TransposeConv.padding])
    } else if let stride = pair(Pool2D.strideH, Pool2D.strideW),
      let size = pair(Pool2D.filterH, Pool2D.filterW)
    {
      self.init(size, stride, nil, options[Pool2D.padding])
    } else {
      return nil
    }
  }

  private init(
    _ filter: (height: Int, width: Int), _ stride: (height: Int, width: Int),
    _ dilation: (height: Int, width: Int)?, _ padding: Int8?
  ) {
    self.filter = filter
    self.stride = stride
    self.dilation = dilation ?? (1, 1)
    isValid = padding == 1
  }

  /// Whether each output pixel has inputs of its own, with gaps between.
  var leavesGaps: Bool { stride.height > filter.height || stride.width > filter.width }

  var greatestStride: Int { max(stride.height, stride.width) }
  var area: Int { filter.height * filter.width }
  var isDilated: Bool { dilation.height > 1 || dilation.width > 1 }
}

extension Condition {
  /// `obstacle` gets the window; operators without one have none.
  static func window(_ obstacle: @escaping @Sendable (OperatorWindow) -> Obstacle?) -> Condition {
    Condition { view in OperatorWindow(view).flatMap(obstacle) }
  }

  static let strideWithinFilter = window { $0.leavesGaps ? .window : nil }

  static let moreThanOnePixel = window { $0.area == 1 ? .window : nil }

  static func stride(atMost most: Int) -> Condition {
    window { $0.greatestStride > most ? .exceeds(.stride, $0.greatestStride, most) : nil }
  }

  static let equalDilation = window {
    $0.dilation.height != $0.dilation.width ? .option("dilation") : nil
  }

  static let undilated = window { window in
    window.isDilated
      ? .exceeds(.dilation, max(window.dilation.height, window.dilation.width), 1) : nil
  }

  /// Larger strides only without padding and dilation.
  static func stride(paddedAtMost most: Int) -> Condition {
    window { window in
      window.greatestStride > most && (window.isDilated || !window.isValid)
        ? .exceeds(.stride, window.greatestStride, most) : nil
    }
  }

  static func filter(areaAtMost area: Int, heightAtMost height: Int) -> Condition {
    window { window in
      if window.area > area { return .exceeds(.filterArea, window.area, area) }
      return window.filter.height > height
        ? .exceeds(.filterHeight, window.filter.height, height) : nil
    }
  }

  /// A limit of padded pools, and one of others.
  static func averagePool(padded side: Int, areaAtMost area: Int, heightAtMost height: Int)
    -> Condition
  {
    window { window in
      if window.isValid {
        if window.area > area { return .exceeds(.filterArea, window.area, area) }
        return window.filter.height > height
          ? .exceeds(.filterHeight, window.filter.height, height) : nil
      }
      if window.filter.height > side {
        return .exceeds(.filterHeight, window.filter.height, side)
      }
      return window.filter.width > side ? .exceeds(.filterWidth, window.filter.width, side) : nil
    }
  }

  static func filterHeight(atLeast least: Int) -> Condition {
    window { $0.filter.height < least ? .below(.filterHeight, $0.filter.height, least) : nil }
  }

  static let depthMultiplierOne = Condition { view in
    guard let output = view.output?.shape.last, let input = view.input(0)?.shape.last, input > 0
    else { return nil }
    return output == input ? nil : .exceeds(.depthMultiplier, output / input, 1)
  }

  /// What a transposed convolution makes of an image, on each axis.
  static let transposedShape = Condition { view in
    guard let window = OperatorWindow(view), let input = view.input(2)?.shape,
      let output = view.output?.shape, input.count == 4, output.count == 4
    else { return nil }
    func fits(_ from: Int, _ to: Int, _ stride: Int, _ size: Int) -> Bool {
      to == (window.isValid ? from * stride + max(size - stride, 0) : from * stride)
    }
    let isRight =
      fits(input[1], output[1], window.stride.height, window.filter.height)
      && fits(input[2], output[2], window.stride.width, window.filter.width)
    return isRight ? nil : .padding
  }

  static let transposedStride = Condition { view in
    guard let window = OperatorWindow(view), let input = view.input(2)?.shape, input.count == 4
    else { return nil }
    switch (window.stride.height, window.stride.width) {
    case (1, 1), (2, 2): return nil
    case (1, 2) where input[1] == 1 && window.filter.height == 1: return nil
    case (2, 1) where input[2] == 1 && window.filter.width == 1: return nil
    default: return .exceeds(.stride, window.greatestStride, 2)
    }
  }
}
