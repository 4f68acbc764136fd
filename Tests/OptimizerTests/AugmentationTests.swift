import OpSet
import Platform
import TFLite
import Testing

@testable import Training

/// What samples become by chance.
@Suite struct AugmentationTests {
  private func image() -> DenseArray {
    let floats = (0..<2 * 16 * 16 * 3).map(Float.init)
    return DenseArray(
      .float32, shape: [2, 16, 16, 3], bytes: floats.withUnsafeBytes { Array($0) })
  }

  private func floats(_ array: DenseArray) -> [Float] {
    array.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  @Test func `A flipped image is the mirrored one or the same`() {
    let before = floats(image())
    let mirrored = before.indices.map { index in
      let (channel, column, rest) = (index % 3, index / 3 % 16, index / 48)
      return before[(rest * 16 + 15 - column) * 3 + channel]
    }
    var seen: Set<[Float]> = []
    for seed in 0..<20 {
      var (copy, random) = (image(), SeededRandom(seed: UInt64(seed)))
      Augmentation.flip.apply(to: &copy, &random)
      seen.insert(floats(copy))
    }
    #expect(seen == [before, mirrored])
  }

  @Test func `A crop moves by at most an eighth and repeats edges`() {
    let before = floats(image())
    var offsets: Set<[Int]> = []
    for seed in 0..<200 {
      var (copy, random) = (image(), SeededRandom(seed: UInt64(seed)))
      Augmentation.crop.apply(to: &copy, &random)
      let after = floats(copy)
      func place(_ row: Int, _ column: Int) -> Int { (row * 16 + column) * 3 }
      let middle = Int(after[place(8, 8)]) / 3
      let (y, x) = (middle / 16 - 8, middle % 16 - 8)
      offsets.insert([y, x])
      for (row, column) in [(0, 0), (15, 15), (3, 12)] {
        let source = place(max(0, min(15, row + y)), max(0, min(15, column + x)))
        #expect(after[place(row, column)] == before[source])
      }
    }
    #expect(offsets.count == 25 && offsets.allSatisfy { $0.allSatisfy { abs($0) <= 2 } })
  }

  @Test func `Sound moves in time with silence, and gets softer or louder by at most 6 dB`() {
    let values = (0..<100).map { 1 + Float($0) }
    let sound = DenseArray(
      .float32, shape: [1, 100], bytes: values.withUnsafeBytes { Array($0) })
    for seed in 0..<50 {
      var random = SeededRandom(seed: UInt64(seed))
      var (shifted, louder) = (sound, sound)
      Augmentation.shift.apply(to: &shifted, &random)
      Augmentation.gain.apply(to: &louder, &random)
      let found = floats(shifted)
      let offset = Int(found[50]) - 51
      #expect(abs(offset) <= 10)
      for index in found.indices {
        let source = index + offset
        #expect(found[index] == (values.indices.contains(source) ? values[source] : 0))
      }
      let factor = floats(louder)[9] / 10
      #expect((0.5...2).contains(factor))
    }
    #expect(Augmentation.gain.obstacle([image()]) != nil)
    #expect(Augmentation.crop.obstacle([sound]) != nil)
    #expect(Augmentation.shift.obstacle([sound]) == nil)
  }
}
