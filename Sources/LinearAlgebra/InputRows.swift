import OpSet
import Platform

/// Rows of a weight's input on one sample.
package final class InputRows: @unchecked Sendable {
  package let groups: Int
  package let depth: Int
  package private(set) var values: [Float] = []

  package init(groups: Int, depth: Int) {
    self.groups = groups
    self.depth = depth
  }

  package var width: Int { groups * depth }
  package var count: Int { values.count / max(width, 1) }

  /// Adds rows at positions that are spread by the golden ratio, which avoids patterns with the
  /// image width; `seed` shifts them.
  package func add(_ product: ProductInputRows, most: Int, seed: Int) {
    let taken = min(product.count, most)
    let step = taken == product.count ? 1 : Self.step(product.count)
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: taken * width))
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for index in 0..<taken {
        product.copy((index + seed) * step % product.count, to: base + start + index * width)
      }
    }
  }

  /// Returns a number near count × 0.618 that has no common divisor with the count.
  private static func step(_ count: Int) -> Int {
    var step = max(1, Int(Double(count) * 0.618_033_988_75))
    while MathFunctions.greatestCommonDivisor(step, count) != 1 { step += 1 }
    return step
  }
}
