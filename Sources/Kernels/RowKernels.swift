import KernelTable

/// Whole rows: sums, products, softmax, weighted sums.
enum RowKernels {
  static let sum: KernelTable.Sum = { input, count in
    var first = V8()
    var second = V8()
    var index = 0
    while index &+ 16 <= count {
      first += input.vector(index)
      second += input.vector(index &+ 8)
      index &+= 16
    }
    var result = total(first + second)
    while index < count {
      result += input[index]
      index &+= 1
    }
    return result
  }

  static let sumRows: ObservationKernels.SumRows = {
    source, count, stride, channels, target in
    var channel = 0
    while channel &+ 32 <= channels {
      var (a, b, c, d) = (V8(), V8(), V8(), V8())
      var row = source + channel
      for _ in 0..<count {
        a += row.vector(0)
        b += row.vector(8)
        c += row.vector(16)
        d += row.vector(24)
        row += stride
      }
      increase(target + channel, by: a)
      increase(target + (channel &+ 8), by: b)
      increase(target + (channel &+ 16), by: c)
      increase(target + (channel &+ 24), by: d)
      channel &+= 32
    }
    while channel &+ 8 <= channels {
      var (even, odd) = (V8(), V8())
      var row = source + channel
      for _ in 0..<count / 2 {
        even += row.vector(0)
        odd += (row + stride).vector(0)
        row += 2 &* stride
      }
      if count & 1 == 1 { even += row.vector(0) }
      increase(target + channel, by: even + odd)
      channel &+= 8
    }
    while channel < channels {
      var sum: Float = 0
      for index in 0..<count { sum += source[index &* stride &+ channel] }
      target[channel] += sum
      channel &+= 1
    }
  }

  @inline(__always)
  private static func increase(_ target: UnsafeMutablePointer<Float>, by vector: V8) {
    target.set(0, UnsafePointer(target).vector(0) + vector)
  }

  static let dot: KernelTable.Dot = {
    a, b, count in
    var first = V8()
    var second = V8()
    var index = 0
    while index &+ 16 <= count {
      first = fused(first, a.vector(index), b.vector(index))
      second = fused(second, a.vector(index &+ 8), b.vector(index &+ 8))
      index &+= 16
    }
    var result = total(first + second)
    while index < count {
      result += a[index] * b[index]
      index &+= 1
    }
    return result
  }

  static let accumulate: KernelTable.Accumulate = {
    a, scale, output, count in
    let factor = all(scale)
    var index = 0
    while index &+ 8 <= count {
      output.set(
        index, fused(UnsafePointer(output).vector(index), a.vector(index), factor))
      index &+= 8
    }
    while index < count {
      output[index] += a[index] * scale
      index &+= 1
    }
  }

  static let accumulateProducts: KernelTable.AccumulateProducts = { a, b, output, count in
    var index = 0
    while index &+ 8 <= count {
      output.set(
        index, fused(UnsafePointer(output).vector(index), a.vector(index), b.vector(index)))
      index &+= 8
    }
    while index < count {
      output[index] += a[index] * b[index]
      index &+= 1
    }
  }

  static let blend: KernelTable.Blend = { rows, weights, output, count in
    let (a, b, c, d) = (rows[0], rows[1], rows[2], rows[3])
    let (wa, wb) = (all(weights[0]), all(weights[1]))
    let (wc, wd) = (all(weights[2]), all(weights[3]))
    var index = 0
    while index &+ 8 <= count {
      let upper = fused(a.vector(index) * wa, b.vector(index), wb)
      let lower = fused(c.vector(index) * wc, d.vector(index), wd)
      output.set(index, upper + lower)
      index &+= 8
    }
    while index < count {
      output[index] =
        (a[index] * weights[0] + b[index] * weights[1])
        + (c[index] * weights[2] + d[index] * weights[3])
      index &+= 1
    }
  }

  static let softmax: KernelTable.Softmax = {
    input, output, count, beta in
    var greatest = input[0]
    for index in 1..<max(1, count) where input[index] > greatest { greatest = input[index] }
    let shift = all(greatest)
    let scale = all(beta)
    mapVectors(input, output, count) { exponential(($0 - shift) * scale) }
    let factor = all(1 / sum(output, count))
    mapVectors(output, output, count) { $0 * factor }
  }
}
