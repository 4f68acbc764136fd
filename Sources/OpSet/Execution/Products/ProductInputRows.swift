import KernelTable
import TFLite

/// For an operator that multiplies its input by a filter: the rows of input, one for each output
/// position, that the filter's rows are multiplied with ("im2col"), zeros for padding included.
///
/// A row goes by tap (row-major) × input channel of the group, as `WeightMatrix` has its columns.
package struct ProductInputRows {
  /// Output positions, batches included.
  package let count: Int
  /// Groups of input channels with filters of their own.
  package let groups: Int
  /// Floats of a row of one group.
  package let depth: Int
  private let product: ProductImage

  /// Returns nil where rows cannot be gathered, and for input that is not float32.
  package init?(
    _ geometry: ProductGeometry, options: Options?, inputs: [Value?], output: Value
  ) throws {
    guard
      let product = try ProductImage(geometry, options: options, inputs: inputs, output: output),
      product.channels > 0, product.image.channels % product.channels == 0
    else { return nil }
    self.product = product
    groups = product.image.channels / product.channels
    depth = product.rows.taps * product.columns.taps * product.channels
    count = product.positions
  }

  /// Whether the input itself consists of the rows, one after the other.
  var isConsecutive: Bool {
    groups == 1 && product.rows.isIdentity && product.columns.isIdentity
  }

  /// Returns the column of the input where the taps of an output column begin, if they stand side by side.
  private func run(_ x: Int) -> Int? {
    let columns = product.columns
    guard groups == 1 else { return nil }
    let (first, last) = (columns.position(x, 0), columns.position(x, columns.taps - 1))
    return first >= 0 && last == first + columns.taps - 1 ? first : nil
  }

  /// Copies the rows of all groups at an output position below `count`: groups × depth floats.
  package func copy(_ position: Int, to target: UnsafeMutablePointer<Float>) {
    let (image, rows, columns) = (product.image, product.rows, product.columns)
    let channels = product.channels
    let x = position % product.outputWidth
    let y = position / product.outputWidth % product.outputHeight
    let batch = position / (product.outputWidth &* product.outputHeight)
    let base = product.input.floats + batch &* image.imageFloats
    let run = self.run(x)
    var tap = 0
    for ky in 0..<rows.taps {
      let row = rows.position(y, ky)
      if row >= 0, let run {
        let source = base + (row &* image.rowFloats &+ run &* channels)
        (target + tap &* channels).update(from: source, count: columns.taps &* channels)
        tap &+= columns.taps
        continue
      }
      for kx in 0..<columns.taps {
        let column = columns.position(x, kx)
        let place = target + tap &* channels
        tap &+= 1
        guard row >= 0, column >= 0 else {
          for group in 0..<groups {
            (place + group &* depth).update(repeating: 0, count: channels)
          }
          continue
        }
        let source = base + (row &* image.rowFloats &+ column &* image.channels)
        for group in 0..<groups {
          (place + group &* depth).update(from: source + group &* channels, count: channels)
        }
      }
    }
  }

  /// Adds the rows of all groups at an output position to the elements that `copy` takes them from,
  /// in an array of the input's shape.
  func add(
    _ position: Int, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    _ kernels: KernelTable
  ) {
    let (image, rows, columns) = (product.image, product.rows, product.columns)
    let channels = product.channels
    let x = position % product.outputWidth
    let y = position / product.outputWidth % product.outputHeight
    let batch = position / (product.outputWidth &* product.outputHeight)
    let base = target + batch &* image.imageFloats
    let run = self.run(x)
    for ky in 0..<rows.taps {
      let row = rows.position(y, ky)
      guard row >= 0 else { continue }
      if let run {
        let count = columns.taps &* channels
        let place = base + (row &* image.rowFloats &+ run &* channels)
        kernels.accumulate(source + ky &* count, 1, place, count)
        continue
      }
      for kx in 0..<columns.taps {
        let column = columns.position(x, kx)
        guard column >= 0 else { continue }
        let tap = source + (ky &* columns.taps &+ kx) &* channels
        let place = base + (row &* image.rowFloats &+ column &* image.channels)
        for group in 0..<groups {
          let (from, to) = (tap + group &* depth, place + group &* channels)
          for channel in 0..<channels { to[channel] += from[channel] }
        }
      }
    }
  }
}
