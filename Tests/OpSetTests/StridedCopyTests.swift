import Platform
import Testing

@testable import OpSet

/// Judge: the definition, one element at a time.
@Suite struct StridedCopyTests {

  /// Copies with a `StridedCopy`, its parts in reverse, and says whether all is as it should be.
  private func isRight(_ box: StridedBox, source count: Int, target size: Int, bytes: Int) -> Bool {
    let input = (0..<count * bytes).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
    var expected = [UInt8](repeating: 0xEE, count: size * bytes)
    var index = box.sizes.map { _ in 0 }
    for _ in 0..<box.sizes.reduce(1, *) {
      let from = box.sourceOffset + zip(index, box.source).reduce(0) { $0 + $1.0 * $1.1 }
      let to = box.targetOffset + zip(index, box.target).reduce(0) { $0 + $1.0 * $1.1 }
      for byte in 0..<bytes { expected[to * bytes + byte] = input[from * bytes + byte] }
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < box.sizes[axis] { break }
        index[axis] = 0
      }
    }
    var output = [UInt8](repeating: 0xEE, count: size * bytes)
    let copy = StridedCopy(box, elementBytes: bytes)
    input.withUnsafeBytes { from in
      output.withUnsafeMutableBytes { to in
        guard let source = from.baseAddress, let target = to.baseAddress else { return }
        for part in (0..<copy.parts).reversed() {
          copy.copy(part: part, from: source, to: target)
        }
      }
    }
    return output == expected
  }

  @Test(arguments: [1, 2, 3, 4, 8, 12, 16])
  func `Dimensions in any order and direction arrive`(_ bytes: Int) {
    var generator = SeededRandom(seed: UInt64(bytes))
    for _ in 0..<150 {
      let rank = Int.random(in: 0...4, using: &generator)
      let shape = (0..<rank).map { _ in
        [0, 1, 2, 3, 4, 5, 8, 17].randomElement(using: &generator) ?? 1
      }
      let order = (0..<rank).shuffled(using: &generator)
      var box = StridedBox.transposed(shape, order)
      for axis in 0..<rank {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
          box.sourceOffset += (box.sizes[axis] - 1) * box.source[axis]
          box.source[axis] *= -1
        case 1: box.source[axis] = 0
        default: break
        }
      }
      let count = shape.reduce(1, *)
      let isFine = isRight(box, source: max(count, 1), target: count, bytes: bytes)
      #expect(isFine, "\(box)")
    }
  }

  @Test(arguments: [4, 8])
  func `Large matrices arrive in parts`(_ bytes: Int) {
    let shape = [2, 103, 317]
    for order in [[0, 2, 1], [2, 1, 0], [1, 0, 2]] {
      let box = StridedBox.transposed(shape, order)
      let count = shape.reduce(1, *)
      #expect(isRight(box, source: count, target: count, bytes: bytes), "\(order)")
    }
  }

  @Test func `A window leaves its surroundings alone`() {
    let box = StridedBox.window(
      [5, 6, 3], of: [9, 8, 4], at: [2, 1, 1], in: [7, 10, 6], at: [1, 3, 2])
    #expect(isRight(box, source: 9 * 8 * 4, target: 7 * 10 * 6, bytes: 4))
    #expect(isRight(.filled(200_003, at: 5), source: 1, target: 200_020, bytes: 4))
    #expect(isRight(.whole(200_003), source: 200_003, target: 200_003, bytes: 2))
  }
}
