import Foundation
import KernelTable
import OpSet
import Platform
import Testing

/// Judge: the definitions in `KernelTable`, computed in double precision. Both instruction sets must
/// meet them, and so agree.
@Suite struct RowKernelsTests {
  static let tables = TranscendentalKernelsTests.tables

  @Test("Pools of any size are what they are defined to be", arguments: tables)
  func pools(_ table: KernelTable) {
    var generator = SeededRandom(seed: 21)
    for channels in 1...70 {
      for tapCount in [1, 2, 5, 9, 30] {
        let rooms = (0..<tapCount).map { _ in
          FloatRoom(generator.floats(channels, isWild: tapCount == 5))
        }
        let (low, high) = generator.range()
        let taps = rooms.map(\.raw)
        func pool(_ kernel: (borrowing PoolTask) -> Void) -> FloatRoom {
          let output = FloatRoom(count: channels)
          kernel(
            PoolTask(
              taps: taps, tapCount: tapCount, channels: channels, output: output.base, low: low,
              high: high))
          return output
        }
        let average = pool(table.averagePool)
        let wrong = mismatch(
          average.values,
          (0..<channels).map { channel in
            let terms = rooms.map { Double($0.base[channel]) / Double(tapCount) }
            return Exact(terms).clamped(low, high)
          })
        #expect(wrong == nil && average.isIntactAround, "\(channels), \(tapCount): \(wrong ?? "")")
        let greatest = pool(table.maxPool)
        let missed = mismatch(
          greatest.values,
          (0..<channels).map { channel in
            // NaN is no maximum.
            let values = rooms.map { $0.base[channel] }.filter { !$0.isNaN }
            let result = values.reduce(-Float.greatestFiniteMagnitude) { max($0, $1) }
            return Exact(Double(result)).clamped(low, high)
          })
        #expect(missed == nil && greatest.isIntactAround, "\(channels): \(missed ?? "")")
      }
    }
  }

  @Test("Sums over rows are what they are defined to be", arguments: tables)
  func sumRows(_ table: KernelTable) {
    var generator = SeededRandom(seed: 23)
    for channels in 1...70 {
      for (count, spare) in [(0, 0), (1, 3), (2, 0), (9, 1)] {
        let stride = channels + spare
        let source = FloatRoom(generator.floats(max(1, count * stride), isWild: false))
        let start = generator.floats(channels, isWild: false)
        let target = FloatRoom(start)
        table.observation.sumRows(source.base, count, stride, channels, target.base)
        let wrong = mismatch(
          target.values,
          (0..<channels).map { channel in
            Exact(
              [Double(start[channel])]
                + (0..<count).map { Double(source.base[$0 * stride + channel]) })
          })
        #expect(wrong == nil && target.isIntactAround, "\(channels), \(count): \(wrong ?? "")")
      }
    }
  }

  @Test(
    "Binary operations of any length are what they are defined to be",
    arguments: BinaryOperation.allCases, tables)
  func binary(_ operation: BinaryOperation, _ table: KernelTable) {
    var generator = SeededRandom(seed: 22)
    for count in 1...70 {
      for (aStep, bStep) in [(1, 1), (1, 0), (0, 1), (0, 0)] {
        let a = FloatRoom(generator.floats(aStep == 1 ? count : 1, isWild: count % 3 == 0))
        let b = FloatRoom(generator.floats(bStep == 1 ? count : 1, isWild: count % 5 == 0))
        let output = FloatRoom(count: count)
        let (low, high) = generator.range()
        table.binary(operation, a.base, aStep, b.base, bStep, output.base, count, low, high)
        let wrong = mismatch(
          output.values,
          (0..<count).map {
            exact(operation, a.base[$0 * aStep], b.base[$0 * bStep]).clamped(low, high)
          })
        #expect(
          wrong == nil && output.isIntactAround, "\(count), \(aStep), \(bStep): \(wrong ?? "")")
      }
    }
  }

  private func exact(_ operation: BinaryOperation, _ x: Float, _ y: Float) -> Exact {
    let (a, b) = (Double(x), Double(y))
    switch operation {
    case .add: return Exact([a, b])
    case .subtract: return Exact([a, -b])
    case .multiply: return Exact(a * b)
    case .divide: return Exact(a / b)
    // The second where one of the two is NaN, as in the runtime.
    case .maximum: return Exact(a > b ? a : b)
    case .minimum: return Exact(a < b ? a : b)
    case .squaredDifference:
      var result = Exact((a - b) * (a - b))
      result.magnitude = (abs(a) + abs(b)) * (abs(a) + abs(b))
      return result
    case .prelu: return Exact(a < 0 ? a * b : a)
    }
  }

  @Test(
    "Functions that need no approximation are exact for any length, in place too",
    arguments: tables)
  func algebraic(_ table: KernelTable) {
    let functions: [(UnaryOperation, (Float) -> Float)] = [
      (.copy, { $0 }), (.relu, { $0 < 0 ? 0 : $0 }), (.relu6, { $0 < 0 ? 0 : $0 > 6 ? 6 : $0 }),
      (.reluN1To1, { $0 < -1 ? -1 : $0 > 1 ? 1 : $0 }),
      (.relu0To1, { $0 < 0 ? 0 : $0 > 1 ? 1 : $0 }), (.leakyRelu, { $0 < 0 ? $0 * 0.3 : $0 }),
      (.abs, { abs($0) }), (.neg, { -$0 }), (.square, { $0 * $0 }),
      (.floor, { $0.rounded(.down) }), (.ceil, { $0.rounded(.up) }),
      (.round, { $0.rounded(.toNearestOrEven) }), (.sign, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }),
    ]
    var generator = SeededRandom(seed: 23)
    for (operation, function) in functions {
      for count in 1...70 {
        let values = generator.floats(count, isWild: true).map { $0 * 20 }
        let input = FloatRoom(values)
        let output = FloatRoom(count: count)
        table.unary(operation, input.base, output.base, count, 0.3)
        table.unary(operation, input.base, input.base, count, 0.3)
        let isRight = output.values.indices.allSatisfy { index in
          let expected = function(values[index])
          return [output, input].allSatisfy { room in
            room.base[index] == expected || (room.base[index].isNaN && expected.isNaN)
          }
        }
        #expect(
          isRight && output.isIntactAround && input.isIntactAround, "\(operation), \(count)")
      }
    }
  }

  @Test("Sums and products of rows are what they are defined to be", arguments: tables)
  func rows(_ table: KernelTable) {
    var generator = SeededRandom(seed: 24)
    for count in Array(0...70) + [255, 1000] {
      for isWild in [false, true] {
        let a = FloatRoom(generator.floats(count, isWild: isWild))
        let b = FloatRoom(generator.floats(count, isWild: isWild))
        let sum = table.sum(a.base, count)
        #expect(Exact(a.values.map(Double.init)).admits(sum), "\(count)")
        let products = zip(a.values, b.values).map { Double($0) * Double($1) }
        #expect(Exact(products).admits(table.dot(a.base, b.base, count)), "\(count)")
        let scale = generator.floats(1)[0]
        let expected = zip(a.values, b.values).map { x, y in
          Exact([Double(y), Double(x) * Double(scale)])
        }
        table.accumulate(a.base, scale, b.base, count)
        #expect(mismatch(b.values, expected) == nil && b.isIntactAround, "\(count)")
      }
    }
  }

  @Test("Blends of four rows are what they are defined to be", arguments: tables)
  func blend(_ table: KernelTable) {
    var generator = SeededRandom(seed: 25)
    for count in 1...70 {
      let rooms = (0..<4).map { _ in FloatRoom(generator.floats(count, isWild: count % 4 == 0)) }
      let weights = generator.floats(4)
      let output = FloatRoom(count: count)
      table.blend(
        rooms.map { UnsafePointer($0.base) },
        SIMD4(weights[0], weights[1], weights[2], weights[3]), output.base, count)
      let expected = (0..<count).map { index in
        Exact((0..<4).map { Double(rooms[$0].base[index]) * Double(weights[$0]) })
      }
      let wrong = mismatch(output.values, expected)
      #expect(wrong == nil && output.isIntactAround, "\(count): \(wrong ?? "")")
    }
  }
}
