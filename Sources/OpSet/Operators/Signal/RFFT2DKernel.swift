import Platform
import TFLite

extension OpKernel {
  /// The Fourier transform of real images, cut or filled with zeros to a size of powers of two;
  /// half of each row follows from the other half and is left out. Double precision, as in LiteRT.
  static let rfft2D = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireType(input, .float32, what: "the input")
    try preparation.requireType(output, .complex64, what: "the output")
    try preparation.require(input.rank >= 2, "the input has \(input.rank) dimensions")
    let size = try preparation.integers(1)
    try preparation.require(
      size.count == 2 && size.allSatisfy { $0 > 0 && $0 & ($0 - 1) == 0 },
      "the sizes \(size) are not two powers of two")
    let (height, width) = (size[0], size[1])
    try preparation.setShape(input.shape.dropLast(2) + [height, width / 2 + 1])
    let images = input.shape.dropLast(2).reduce(1, *)
    let transform = RealFourierTransform(
      inputHeight: input.size(-2), inputWidth: input.size(-1), height: height, width: width)
    let parts = Tiling.parts(of: images, operations: images * height * width * 16)
    let memory = preparation.scratch(bytesPerLane: transform.scratchBytes)
    return .tiles(images == 0 ? 0 : parts) { tile, lane in
      let scratch = memory.pointer(lane: lane).assumingMemoryBound(to: SIMD2<Double>.self)
      for image in Tiling.range(tile, of: parts, count: images) {
        transform.run(
          input.floats + image &* transform.inputHeight &* transform.inputWidth,
          output.pointer(SIMD2<Float>.self) + image &* height &* (width / 2 &+ 1), scratch)
      }
    }
  }
}

/// A complex number is (real, imaginary).
private final class RealFourierTransform: @unchecked Sendable {
  let inputHeight: Int
  let inputWidth: Int
  private let height: Int
  private let width: Int
  /// exp(−2πi k ÷ reach) for k < reach.
  private let roots: UnsafeMutablePointer<SIMD2<Double>>
  private let reach: Int

  init(inputHeight: Int, inputWidth: Int, height: Int, width: Int) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.height = height
    self.width = width
    reach = max(height, width)
    roots = .allocate(capacity: reach)
    for index in 0..<reach {
      let angle = -2 * Double.pi * Double(index) / Double(reach)
      (roots + index).initialize(
        to: SIMD2(MathFunctions.cosine(angle), MathFunctions.sine(angle)))
    }
  }

  deinit { roots.deallocate() }

  private var columns: Int { width / 2 + 1 }

  var scratchBytes: Int { (height * columns + reach) * 16 }

  func run(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<SIMD2<Float>>,
    _ scratch: UnsafeMutablePointer<SIMD2<Double>>
  ) {
    let line = scratch + height &* columns
    for y in 0..<height {
      transformRow(y < inputHeight ? input + y &* inputWidth : nil, line, scratch + y &* columns)
    }
    for x in 0..<columns where height > 1 {
      for y in 0..<height { line[y] = scratch[y &* columns &+ x] }
      transform(line, height)
      for y in 0..<height { scratch[y &* columns &+ x] = line[y] }
    }
    for index in 0..<height &* columns { output[index] = SIMD2<Float>(scratch[index]) }
  }

  /// Transforms pairs of neighbours as complex numbers at half the length, then separates them.
  private func transformRow(
    _ input: UnsafePointer<Float>?, _ line: UnsafeMutablePointer<SIMD2<Double>>,
    _ output: UnsafeMutablePointer<SIMD2<Double>>
  ) {
    guard let input else { return output.update(repeating: SIMD2(), count: columns) }
    func value(_ x: Int) -> Double { x < inputWidth ? Double(input[x]) : 0 }
    guard width > 1 else {
      output[0] = SIMD2(value(0), 0)
      return
    }
    let half = width / 2
    for index in 0..<half {
      line[index] = SIMD2(value(2 &* index), value(2 &* index &+ 1))
    }
    transform(line, half)
    for k in 0...half {
      let a = line[k == half ? 0 : k]
      let b = line[k == 0 ? 0 : half &- k]
      let even = SIMD2(a.x + b.x, a.y - b.y) * 0.5
      let odd = SIMD2(a.y + b.y, b.x - a.x) * 0.5
      output[k] = even + Self.product(odd, roots[k &* (reach / width)])
    }
  }

  /// Transforms a line in place; its length is a power of two.
  private func transform(_ line: UnsafeMutablePointer<SIMD2<Double>>, _ count: Int) {
    var reversed = 0
    for index in 1..<max(count, 1) {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed { (line[index], line[reversed]) = (line[reversed], line[index]) }
    }
    var half = 1
    while half < count {
      let step = reach / (2 &* half)
      for start in stride(from: 0, to: count, by: 2 &* half) {
        for k in 0..<half {
          let a = line[start &+ k]
          let b = Self.product(line[start &+ k &+ half], roots[k &* step])
          line[start &+ k] = a + b
          line[start &+ k &+ half] = a - b
        }
      }
      half &*= 2
    }
  }

  @inline(__always)
  private static func product(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
  }
}
