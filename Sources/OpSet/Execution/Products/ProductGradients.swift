import KernelTable
import TFLite

extension PackedWeights {
  /// result(r, c) = Σ over k < `steps` of a[r × stride + k] × weight(c, k), for the columns from
  /// `firstPanel` on.
  package func multiply(
    _ a: UnsafePointer<Float>, rows: Int, stride: Int, firstPanel: Int = 0, _ kernels: KernelTable,
    into result: UnsafeMutablePointer<Float>, resultStride: Int
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: rows) { pointers in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 6 * 16) { spill in
        guard let pointers = pointers.baseAddress, let spill = spill.baseAddress else { return }
        for row in 0..<rows { pointers[row] = UnsafeRawPointer(a + row &* stride) }
        withUnsafePointer(to: 0) { zero in
          kernels.product(
            ProductTask(
              rows: pointers, rowCount: rows, tapOffsets: zero, taps: 1, depth: steps,
              panels: base + firstPanel &* panelStride, panelCount: panels - firstPanel,
              columns: columns - firstPanel &* PackedProduct.columns, output: result,
              outputStride: resultStride, low: -.infinity, high: .infinity, spill: spill))
        }
      }
    }
  }
}

extension OpGradient {
  /// Returns the gradient of operators that multiply rows of their input with the rows of a filter:
  /// gradient of the filter = (gradient of the output)ᵀ × rows; gradient of the rows = gradient of
  /// the output × filter.
  static func product(
    _ geometry: ProductGeometry, bias: Int, activation: OptionKey<Int8>
  ) -> OpGradient {
    OpGradient { step in
      try step.undo(activation)
      let data = geometry.rows?.data ?? 0
      let (input, filter, output) = (
        try step.input(data), try step.input(geometry.weight), try step.output()
      )
      guard filter.type == .float32,
        let rows = try ProductInputRows(
          geometry, options: step.options, inputs: step.inputs, output: output),
        let matrix = WeightMatrix(geometry, options: step.options, shape: filter.shape),
        matrix.columnStride == 1, matrix.columns == rows.depth, matrix.rows % rows.groups == 0,
        rows.count * matrix.rows == output.count
      else { throw OperatorFault.unsupported("there is no gradient for these shapes") }
      if let gradient = step.gradient(bias) {
        step.kernels.observation.sumRows(
          step.outputGradient, rows.count, matrix.rows, matrix.rows, gradient)
      }
      let product = ProductGradient(
        rows: rows, columns: matrix.rows, input: input.floats, filter: filter.floats,
        outputGradient: step.outputGradient, inputGradient: step.gradient(data),
        filterGradient: step.gradient(geometry.weight), kernels: step.kernels)
      if rows.isConsecutive, rows.count < ProductGradient.fewRows {
        product.addRowByRow()
      } else {
        product.addByBlocks()
      }
    }
  }
}

/// The gradients of one product; each is added to the values in its memory.
private struct ProductGradient {
  let rows: ProductInputRows
  /// Rows of the filter in all groups: one for each float of an output position.
  let columns: Int
  let input: UnsafeMutablePointer<Float>
  let filter: UnsafeMutablePointer<Float>
  let outputGradient: UnsafeMutablePointer<Float>
  let inputGradient: UnsafeMutablePointer<Float>?
  let filterGradient: UnsafeMutablePointer<Float>?
  let kernels: KernelTable

  static let fewRows = 6
  /// Rows at a time, so that a panel of them stays in the nearest cache: a step of ResNet8 takes 35 ms of one core
  /// with 768, 29 with 256, 28 with 128.
  private static let block = 128

  private var depth: Int { rows.depth }
  private var perGroup: Int { columns / rows.groups }

  /// Adds the gradients without packing, for a handful of rows.
  func addRowByRow() {
    for row in 0..<rows.count {
      let gradient = outputGradient + row &* columns
      for column in 0..<columns where gradient[column] != 0 {
        if let filterGradient {
          kernels.accumulate(
            input + row &* depth, gradient[column], filterGradient + column &* depth, depth)
        }
        if let inputGradient {
          kernels.accumulate(
            filter + column &* depth, gradient[column], inputGradient + row &* depth, depth)
        }
      }
    }
  }

  func addByBlocks() {
    let filters = inputGradient == nil ? [] : (0..<rows.groups).map(packedFilter)
    let width = rows.groups * depth
    let block = min(Self.block, rows.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block * width) { room in
      guard let room = room.baseAddress else { return }
      for first in stride(from: 0, to: rows.count, by: block) {
        let range = first..<min(first + block, rows.count)
        if let filterGradient { add(range, to: filterGradient, room) }
        guard let inputGradient else { continue }
        for (group, filter) in filters.enumerated() {
          filter.multiply(
            outputGradient + (first &* columns &+ group &* perGroup), rows: range.count,
            stride: columns, kernels, into: room + group &* depth, resultStride: width)
        }
        if rows.isConsecutive {
          kernels.accumulate(room, 1, inputGradient + first &* width, range.count &* width)
        } else {
          for row in range {
            rows.add(row, room + (row &- first) &* width, to: inputGradient, kernels)
          }
        }
      }
    }
  }

  /// Eight columns at a time, whose lines stay in the cache.
  private static func transpose(
    _ source: UnsafePointer<Float>, rows: Int, stride: Int, columns: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    var first = 0
    while first &+ 8 <= columns {
      let lines = target + first &* rows
      for row in 0..<rows {
        let values = UnsafeRawPointer(source + (row &* stride &+ first))
          .loadUnaligned(as: SIMD8<Float>.self)
        for lane in 0..<8 { lines[lane &* rows &+ row] = values[lane] }
      }
      first &+= 8
    }
    for column in first..<columns {
      for row in 0..<rows { target[column &* rows &+ row] = source[row &* stride &+ column] }
    }
  }

  /// Returns a group's filter with a column for each of the rows' floats.
  private func packedFilter(_ group: Int) -> PackedWeights {
    let packed = PackedWeights(columns: depth, steps: perGroup, isFilled: false)
    packed.pack(
      filter + group * perGroup * depth, columnStride: 1, stepStride: depth, stepCount: perGroup)
    return packed
  }

  /// Adds the part of the filter's gradient that a block of rows contributes.
  private func add(
    _ range: Range<Int>, to gradient: UnsafeMutablePointer<Float>,
    _ room: UnsafeMutablePointer<Float>
  ) {
    let width = rows.groups * depth
    var source = UnsafePointer(room)
    if rows.isConsecutive {
      source = UnsafePointer(input + range.lowerBound &* width)
    } else {
      for row in range { rows.copy(row, to: room + (row &- range.lowerBound) &* width) }
    }
    let count = range.count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: perGroup * (count + depth)) { memory in
      guard let transposed = memory.baseAddress else { return }
      let result = transposed + perGroup * count
      for group in 0..<rows.groups {
        let packed = PackedWeights(columns: depth, steps: count, isFilled: false)
        packed.pack(source + group &* depth, columnStride: 1, stepStride: width, stepCount: count)
        let start = outputGradient + (range.lowerBound &* columns &+ group &* perGroup)
        Self.transpose(start, rows: count, stride: columns, columns: perGroup, to: transposed)
        packed.multiply(
          transposed, rows: perGroup, stride: count, kernels, into: result, resultStride: depth)
        kernels.accumulate(result, 1, gradient + group &* perGroup &* depth, perGroup &* depth)
      }
    }
  }
}
