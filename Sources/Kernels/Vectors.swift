// All functions are inlined, so that none with a vector type exists on its own: a weak symbol and
// the calling convention would both cost.

typealias V8 = SIMD8<Float>
typealias I8 = SIMD8<Int32>

extension UnsafePointer<Float> {
  @inline(__always)
  func vector(_ index: Int) -> V8 {
    UnsafeRawPointer(self).loadUnaligned(fromByteOffset: index &* 4, as: V8.self)
  }
}

extension UnsafeRawPointer {
  @inline(__always)
  func vector(_ byteOffset: Int) -> V8 { loadUnaligned(fromByteOffset: byteOffset, as: V8.self) }

  @inline(__always)
  func float(_ byteOffset: Int) -> Float {
    loadUnaligned(fromByteOffset: byteOffset, as: Float.self)
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func set(_ index: Int, _ vector: V8) {
    UnsafeMutableRawPointer(self).storeBytes(of: vector, toByteOffset: index &* 4, as: V8.self)
  }
}

/// c + a × b, fused where the target can.
@inline(__always)
func fused(_ c: V8, _ a: V8, _ b: V8) -> V8 {
  #if (V3 && arch(x86_64)) || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

/// NaN stays NaN.
@inline(__always)
func clamped(_ x: V8, _ low: V8, _ high: V8) -> V8 {
  let raised = x.replacing(with: low, where: x .< low)
  return raised.replacing(with: high, where: raised .> high)
}

@inline(__always)
func maximum(_ a: V8, _ b: V8) -> V8 { a.replacing(with: b, where: a .< b) }

@inline(__always)
func minimum(_ a: V8, _ b: V8) -> V8 { a.replacing(with: b, where: b .< a) }

@inline(__always)
func selected(_ mask: SIMDMask<SIMD8<Int32>>, _ yes: V8, _ no: V8) -> V8 {
  no.replacing(with: yes, where: mask)
}

@inline(__always)
func anyOf(_ mask: SIMDMask<SIMD8<Int32>>) -> Bool {
  // Halves of a vector are a function of the standard library, weak in both instruction sets' objects.
  let lanes = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
  return lanes[0] | lanes[1] | lanes[2] | lanes[3] != 0
}

@inline(__always)
func all(_ x: Float) -> V8 { V8(repeating: x) }

@inline(__always)
func bits(_ x: V8) -> I8 { unsafeBitCast(x, to: I8.self) }

@inline(__always)
func float(_ x: I8) -> V8 { unsafeBitCast(x, to: V8.self) }

/// Returns the sum of the lanes, pairwise.
@inline(__always)
func total(_ x: V8) -> Float {
  let four = x.lowHalf + x.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}

/// Runs a vector function over `count` elements; the last vector is partial.
@inline(__always)
func mapVectors(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
  _ function: (V8) -> V8
) {
  var index = 0
  while index &+ 8 <= count {
    output.set(index, function(input.vector(index)))
    index &+= 8
  }
  guard index < count else { return }
  let last = function(partial(input + index, count &- index))
  store(last, output + index, count &- index)
}

/// Returns the first `count` < 8 elements; the other lanes are 1, which no function minds.
@inline(__always)
func partial(_ input: UnsafePointer<Float>, _ count: Int) -> V8 {
  var vector = all(1)
  for lane in 0..<8 where lane < count { vector[lane] = input[lane] }
  return vector
}

@inline(__always)
func store(_ vector: V8, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
  for lane in 0..<8 where lane < count { output[lane] = vector[lane] }
}
