import KernelTable
import TFLite

/// The combination of elements: the inner loops behind a `ReductionPlan`.
struct Fold {
  /// Bytes of a result.
  let size: Int
  /// Bytes of an element.
  let inputSize: Int
  /// out[0] = in[0] ∘ … ∘ in[count − 1], for at least one element.
  let row: (_ input: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutableRawPointer) -> Void
  /// out[i] = in[i].
  let start: (_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ count: Int) -> Void
  /// out[i] = out[i] ∘ in[i].
  let combine: (_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ count: Int) -> Void
  /// out[i] = the result of no elements.
  let clear: (_ output: UnsafeMutableRawPointer, _ count: Int) -> Void

  @inline(__always)
  init<Element>(
    _ type: Element.Type, initial: Element, _ function: @escaping (Element, Element) -> Element
  ) {
    size = MemoryLayout<Element>.stride
    inputSize = size
    start = Fold.copy(size)
    row = { input, count, output in
      let input = input.assumingMemoryBound(to: Element.self)
      var result = input[0]
      for index in 1..<max(1, count) { result = function(result, input[index]) }
      output.assumingMemoryBound(to: Element.self)[0] = result
    }
    combine = { input, output, count in
      let input = input.assumingMemoryBound(to: Element.self)
      let output = output.assumingMemoryBound(to: Element.self)
      for index in 0..<count { output[index] = function(output[index], input[index]) }
    }
    clear = { output, count in
      output.assumingMemoryBound(to: Element.self).update(repeating: initial, count: count)
    }
  }

  /// Sums of integers in a wider type, which wrap: in int32 of types of up to 16 bits, else in
  /// int64. Nil for other types.
  static func wideSum(_ type: TensorType) -> Fold? {
    switch type {
    case .int8: Fold(sumOf: Int8.self, as: Int32.self)
    case .uint8: Fold(sumOf: UInt8.self, as: Int32.self)
    case .int16: Fold(sumOf: Int16.self, as: Int32.self)
    case .int32: Fold(sumOf: Int32.self, as: Int64.self)
    case .int64: Fold(sumOf: Int64.self, as: Int64.self)
    default: nil
    }
  }

  static var int32Sum: Fold { Fold(sumOf: Int32.self, as: Int32.self) }

  @inline(__always)
  private init<Element: FixedWidthInteger, Sum: FixedWidthInteger>(
    sumOf type: Element.Type, as sum: Sum.Type
  ) {
    size = MemoryLayout<Sum>.stride
    inputSize = MemoryLayout<Element>.stride
    start = { input, output, count in
      let input = input.assumingMemoryBound(to: type)
      let output = output.assumingMemoryBound(to: sum)
      for index in 0..<count { output[index] = Sum(truncatingIfNeeded: input[index]) }
    }
    row = { input, count, output in
      let input = input.assumingMemoryBound(to: type)
      var result: Sum = 0
      for index in 0..<count { result &+= Sum(truncatingIfNeeded: input[index]) }
      output.assumingMemoryBound(to: sum)[0] = result
    }
    combine = { input, output, count in
      let input = input.assumingMemoryBound(to: type)
      let output = output.assumingMemoryBound(to: sum)
      for index in 0..<count { output[index] &+= Sum(truncatingIfNeeded: input[index]) }
    }
    clear = { output, count in
      output.assumingMemoryBound(to: sum).update(repeating: 0, count: count)
    }
  }

  private static func copy(
    _ size: Int
  ) -> (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void {
    { input, output, count in output.copyMemory(from: input, byteCount: count &* size) }
  }

  /// Floats, eight at a time: `vector` is `function` on each lane.
  @inline(__always)
  private init(
    initial: Float, _ function: @escaping (Float, Float) -> Float,
    vector: @escaping (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
  ) {
    let plain = Fold(Float.self, initial: initial, function)
    size = 4
    inputSize = 4
    start = plain.start
    clear = plain.clear
    row = { input, count, output in
      guard count >= 16 else { return plain.row(input, count, output) }
      var lanes = input.loadUnaligned(as: SIMD8<Float>.self)
      var index = 8
      while index &+ 8 <= count {
        lanes = vector(
          lanes, input.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self))
        index &+= 8
      }
      var result = lanes[0]
      for lane in 1..<8 { result = function(result, lanes[lane]) }
      while index < count {
        result = function(result, input.load(fromByteOffset: index &* 4, as: Float.self))
        index &+= 1
      }
      output.storeBytes(of: result, as: Float.self)
    }
    combine = { input, output, count in
      var index = 0
      while index &+ 8 <= count {
        let a = output.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
        let b = input.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
        output.storeBytes(of: vector(a, b), toByteOffset: index &* 4, as: SIMD8<Float>.self)
        index &+= 8
      }
      plain.combine(input + index &* 4, output + index &* 4, count &- index)
    }
  }

  static var floatProduct: Fold { Fold(initial: 1, { $0 * $1 }, vector: { $0 * $1 }) }

  static var floatMaximum: Fold {
    Fold(
      initial: -.greatestFiniteMagnitude, { $1 > $0 ? $1 : $0 },
      vector: { $0.replacing(with: $1, where: $1 .> $0) })
  }

  static var floatMinimum: Fold {
    Fold(
      initial: .greatestFiniteMagnitude, { $1 < $0 ? $1 : $0 },
      vector: { $0.replacing(with: $1, where: $1 .< $0) })
  }

  static func floatSum(_ kernels: KernelTable) -> Fold {
    let (sum, accumulate) = (kernels.sum, kernels.accumulate)
    return Fold(
      size: 4,
      row: { input, count, output in
        let total = sum(input.assumingMemoryBound(to: Float.self), count)
        output.storeBytes(of: total, as: Float.self)
      },
      combine: { input, output, count in
        accumulate(
          input.assumingMemoryBound(to: Float.self), 1,
          output.assumingMemoryBound(to: Float.self), count)
      },
      clear: { output, count in
        output.initializeMemory(as: Float.self, repeating: 0, count: count)
      })
  }

  private init(
    size: Int,
    row: @escaping (UnsafeRawPointer, Int, UnsafeMutableRawPointer) -> Void,
    combine: @escaping (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void,
    clear: @escaping (UnsafeMutableRawPointer, Int) -> Void
  ) {
    self.size = size
    inputSize = size
    start = Fold.copy(size)
    self.row = row
    self.combine = combine
    self.clear = clear
  }
}

extension ReductionPlan.Step {
  /// Elements of the inner dimension that are worked on together, so that sums stay in the cache.
  private var chunk: Int { 2048 }

  /// Returns one stage; `input` and `output` give the places when it runs.
  func stages(
    _ fold: Fold, from input: @escaping () -> UnsafeRawPointer,
    to output: @escaping () -> UnsafeMutableRawPointer
  ) -> [Stage] {
    guard resultCount > 0 else { return [] }
    let chunks = (inner + chunk - 1) / chunk
    let parts = Tiling.parts(of: outer * chunks, operations: outer * max(reduced, 1) * inner)
    return .tiles(parts) { tile, _ in
      let (source, target) = (input(), output())
      for unit in Tiling.range(tile, of: parts, count: outer &* chunks) {
        let start = unit % chunks &* chunk
        run(
          fold, source, target, row: unit / chunks,
          columns: start..<min(inner, start &+ chunk))
      }
    }
  }

  private func run(
    _ fold: Fold, _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, row: Int,
    columns: Range<Int>
  ) {
    let target = output + (row &* inner &+ columns.lowerBound) &* fold.size
    let source = input + (row &* reduced &* inner &+ columns.lowerBound) &* fold.inputSize
    guard reduced > 0 else { return fold.clear(target, columns.count) }
    guard inner > 1 else { return fold.row(source, reduced, target) }
    fold.start(source, target, columns.count)
    for index in 1..<max(1, reduced) {
      fold.combine(source + index &* inner &* fold.inputSize, target, columns.count)
    }
  }
}
