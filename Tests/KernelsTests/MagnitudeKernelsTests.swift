import KernelTable
import Platform
import Testing

/// Plain loops with Swift's own `abs`, `max` and comparisons judge the vectorised kernels.
@Suite struct MagnitudeKernelsTests {
  static let tables = TranscendentalKernelsTests.tables

  /// `count` values of every size, with zeros of both signs.
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: return 0
      case 1: return -0.0
      case 2: return Float.random(in: -1e-6...1e-6, using: &generator)
      case 3: return Float.random(in: -1e5...1e5, using: &generator)
      case 4: return Float(bitPattern: UInt32.random(in: 0..<0x0080_0000, using: &generator))
      default: return Float.random(in: -1...1, using: &generator)
      }
    }
  }

  private func at<Result>(
    _ values: [Float], offset: Int, _ body: (UnsafeRawPointer) -> Result
  ) -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: values.count * 4 + offset + 1, alignment: 64)
    defer { memory.deallocate() }
    values.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(rebasing: memory[offset...]).copyMemory(from: $0)
    }
    return body(UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped) + offset)
  }

  @Test("The maximum is that of a plain loop for any count and alignment", arguments: tables)
  func plain(table: KernelTable) {
    for count in Array(0...100) + [1000, 4097] {
      let values = values(count, seed: UInt64(count))
      let expected = values.reduce(0) { max($0, abs($1)) }
      for offset in 0..<4 {
        let found = at(values, offset: offset) { table.storage.magnitude($0, count) }
        #expect(Float(bitPattern: found) == expected, "count \(count), offset \(offset)")
      }
    }
  }

  @Test("The maximum is found at every position", arguments: tables)
  func positions(table: KernelTable) {
    for position in 0..<70 {
      var values = [Float](repeating: 0.5, count: 70)
      values[position] = -2
      let found = at(values, offset: 0) { table.storage.magnitude($0, 70) }
      #expect(found == Float(2).bitPattern, "position \(position)")
    }
  }

  @Test(
    "Infinity is above all numbers and NaN above infinity, wherever they stand", arguments: tables)
  func special(table: KernelTable) {
    for position in 0..<50 {
      for special in [-Float.infinity, .nan] {
        var values = [Float](repeating: .greatestFiniteMagnitude, count: 50)
        values[position] = special
        let found = at(values, offset: 0) { table.storage.magnitude($0, 50) }
        #expect(found == special.magnitude.bitPattern && found >= 0x7F80_0000)
      }
    }
  }

  @Test("Rows raise each channel's maximum as a plain loop does", arguments: tables)
  func rows(table: KernelTable) {
    for channels in Array(1...40) + [100] {
      var maxima = [UInt32](repeating: 0, count: channels)
      var expected = [Float](repeating: 0, count: channels)
      for row in 0..<5 {
        let values = values(channels, seed: UInt64(channels * 10 + row))
        for (index, value) in values.enumerated() {
          expected[index] = max(expected[index], abs(value))
        }
        at(values, offset: row % 4) { source in
          maxima.withUnsafeMutableBufferPointer { maxima in
            guard let first = maxima.baseAddress else { return }
            table.storage.raise(first, source, channels)
          }
        }
      }
      #expect(maxima.map { Float(bitPattern: $0) } == expected, "\(channels) channels")
    }
  }
}
