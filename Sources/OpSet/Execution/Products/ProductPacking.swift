import KernelTable

/// Weights in the layout that the product kernel reads (`PackedProduct`).
package final class PackedWeights: @unchecked Sendable {
  package let columns: Int
  package let steps: Int
  /// The address of the panels: memory of their own, or scratch that `use` named.
  package private(set) var base: UnsafeMutableRawPointer
  private let isOwner: Bool
  /// The owner of these panels.
  private let whole: PackedWeights?

  package static func byteCount(columns: Int, steps: Int) -> Int {
    PackedProduct.panels(columns: columns) * PackedProduct.panelStride(steps: steps)
  }

  /// Takes memory of its own, filled with zeros; or only where no packing of all steps writes.
  package init(columns: Int, steps: Int, isFilled: Bool = true) {
    self.columns = columns
    self.steps = steps
    let bytes = Self.byteCount(columns: columns, steps: steps)
    base = .allocate(byteCount: max(bytes, 64) + 64, alignment: 64)
    isOwner = true
    whole = nil
    guard !isFilled else {
      base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      return
    }
    for panel in 0..<panels {
      let count = panel == panels - 1 && columns % 16 != 0 ? panelStride : 64
      (base + panel * panelStride).initializeMemory(as: UInt8.self, repeating: 0, count: count)
    }
  }

  /// For weights that change from run to run: `use` names the memory before each packing.
  package init(columns: Int, steps: Int, scratch: Scratch) {
    self.columns = columns
    self.steps = steps
    base = scratch.base
    isOwner = false
    whole = nil
  }

  /// Columns of `whole` from a panel on, which can be packed and used on their own.
  package init(partOf whole: PackedWeights, firstPanel: Int, columns: Int) {
    self.columns = columns
    steps = whole.steps
    base = whole.base + firstPanel * whole.panelStride
    isOwner = false
    self.whole = whole
  }

  deinit { if isOwner { base.deallocate() } }

  package func use(_ memory: UnsafeMutableRawPointer) {
    guard !isOwner else { return }
    base = memory
    memory.initializeMemory(
      as: UInt8.self, repeating: 0, count: Self.byteCount(columns: columns, steps: steps))
  }

  package var panels: Int { PackedProduct.panels(columns: columns) }

  package var panelStride: Int { PackedProduct.panelStride(steps: steps) }

  package func setBias(_ bias: UnsafePointer<Float>) {
    for column in 0..<columns { panel(column)[column & 15] = bias[column] }
  }

  /// Copies steps from `firstStep` on: weight(column, step) =
  /// source[(column − the first of `columns`) × columnStride + step × stepStride]. `columns` start at a
  /// multiple of 16; nil for all.
  package func pack(
    _ source: UnsafePointer<Float>, columnStride: Int, stepStride: Int,
    columns wanted: Range<Int>? = nil, firstStep: Int = 0, stepCount: Int
  ) {
    let all = wanted ?? 0..<columns
    for first in stride(from: all.lowerBound, to: all.upperBound, by: 16) {
      let target = panel(first) + 16 * (firstStep + 1)
      let count = min(16, all.upperBound - first)
      if columnStride == 1, count == 16 {
        Self.copy(
          source + (first - all.lowerBound), stride: stepStride, steps: stepCount, to: target)
        continue
      }
      for step in 0..<stepCount {
        let from = source + ((first - all.lowerBound) * columnStride + step * stepStride)
        let row = target + step * 16
        for column in 0..<count { row[column] = from[column * columnStride] }
      }
    }
  }

  /// Copies 16 columns that stand side by side.
  private static func copy(
    _ source: UnsafePointer<Float>, stride: Int, steps: Int, to target: UnsafeMutablePointer<Float>
  ) {
    for step in 0..<steps {
      let values = UnsafeRawPointer(source + step &* stride)
        .loadUnaligned(as: SIMD16<Float>.self)
      UnsafeMutableRawPointer(target + step &* 16).storeBytes(of: values, as: SIMD16<Float>.self)
    }
  }

  /// Copies int8 weights in the same way, as integers.
  package func pack(
    _ source: UnsafePointer<Int8>, columnStride: Int, stepStride: Int, firstStep: Int = 0,
    stepCount: Int
  ) {
    for column in 0..<columns {
      let target = panel(column) + (16 * (firstStep + 1) + (column & 15))
      let from = source + column * columnStride
      for step in 0..<stepCount { target[step * 16] = Float(from[step * stepStride]) }
    }
  }

  private func panel(_ column: Int) -> UnsafeMutablePointer<Float> {
    (base + column / 16 * panelStride).assumingMemoryBound(to: Float.self)
  }
}
