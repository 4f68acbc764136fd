import KernelTable
import TFLite

/// A filter and a bias on their way into the product kernel: packed once if they are constant, else
/// before each run.
struct ProductWeights {
  /// A part of the filter that becomes one set of columns: weight(column, step) stands at
  /// `offset + column × columnStride + step × stepStride`; steps come in runs, for filters of
  /// which only some positions are taken.
  struct Part {
    var firstColumn = 0
    var columns: Int
    /// Element offsets of runs of `runSteps` steps.
    var runs: [Int]
    var runSteps: Int
    var columnStride: Int
    var stepStride: Int

    var steps: Int { runs.count * runSteps }

    /// A column's steps stand before those of the next.
    var isByColumn: Bool { (runs.max() ?? 0) + (runSteps - 1) * stepStride < columnStride }
  }

  let parts: [PackedWeights]
  /// Packs weights that are not constant.
  let stages: [Stage]
  /// Int8, int4 or int2 weights: the panels have integers and no bias.
  let isHybrid: Bool

  /// `biasIndex` may name an input that is left out. In LiteRT, kernels of convolutions compute garbage
  /// with int2 weights and with blocks.
  init(
    _ preparation: Preparation, filterIndex: Int, biasIndex: Int, parts: [Part],
    takesInt2AndBlocks: Bool = false
  ) throws {
    let filter = try preparation.input(filterIndex)
    let bias = preparation.optionalInput(biasIndex)
    let columns = parts.map { $0.firstColumn + $0.columns }.max() ?? 0
    if filter.type != .int2 || !takesInt2AndBlocks {
      try preparation.requireType(filter, .float32, .int8, .int4, what: "a filter")
    }
    isHybrid = filter.type != .float32
    if let bias {
      try preparation.requireType(bias, .float32, what: "a bias")
      try preparation.require(
        bias.count >= columns, "the bias has \(bias.count) values, expected \(columns)")
    }
    let blocks = try BlockwiseFilter(filter, .int4, in: preparation)
    try preparation.require(
      blocks == nil || takesInt2AndBlocks, "there is no kernel for weights in blocks")
    if isHybrid, blocks == nil {
      let count = filter.tensor.quantization?.scale?.count ?? 0
      try preparation.require(
        count == 1 || count == columns, "the filter has \(count) scales, expected 1 or \(columns)")
    }
    let source = Source(filter: filter, bias: isHybrid ? nil : bias, blocks: blocks)
    if filter.isKnown, bias?.isKnown ?? true {
      self.parts = try parts.enumerated().map { index, part in
        try preparation.packedForAll(slot: index) {
          if bias != nil { _ = try preparation.known(biasIndex) }
          let packed = PackedWeights(columns: part.columns, steps: part.steps)
          if let read = filter.read, blocks == nil, part.isByColumn, parts.count == 1 {
            try source.fill(packed, part, read)
          } else {
            _ = try preparation.known(filterIndex)
            try source.fill(packed, part)
          }
          return packed
        }
      }
      stages = []
      preparation.consume(filterIndex)
      if bias != nil, !isHybrid { preparation.consume(biasIndex) }
      return
    }
    let memory = parts.map {
      preparation.scratch(
        packedBytes: PackedWeights.byteCount(columns: $0.columns, steps: $0.steps))
    }
    let packed = zip(parts, memory).map {
      PackedWeights(columns: $0.columns, steps: $0.steps, scratch: $1)
    }
    self.parts = packed
    stages = parts.indices.map { index in
      let (part, target, scratch) = (parts[index], packed[index], memory[index])
      return preparation.packing(filter, bias) {
        target.use(scratch.base)
        try source.fill(target, part)
      }
    }
  }

  /// The source of weights.
  private struct Source {
    let filter: Value
    let bias: Value?
    let blocks: BlockwiseFilter?

    /// Packs a large float filter a few columns at a time.
    func fill(_ packed: PackedWeights, _ part: Part, _ read: Value.Reading) throws {
      if let bias { packed.setBias(bias.floats + part.firstColumn) }
      let most = max(16, (1 << 20) / part.columnStride / 16 * 16)
      let room = UnsafeMutableBufferPointer<Float>.allocate(
        capacity: min(most, part.columns) * part.columnStride)
      defer { room.deallocate() }
      guard let base = room.baseAddress else { return }
      for first in stride(from: 0, to: part.columns, by: most) {
        let count = min(most, part.columns - first)
        try read(
          UnsafeMutableRawBufferPointer(start: base, count: count * part.columnStride * 4),
          (part.firstColumn + first) * part.columnStride * 4)
        for (run, offset) in part.runs.enumerated() {
          packed.pack(
            base + offset, columnStride: part.columnStride, stepStride: part.stepStride,
            columns: first..<first + count, firstStep: run * part.runSteps,
            stepCount: part.runSteps)
        }
      }
    }

    func fill(_ packed: PackedWeights, _ part: Part) throws {
      if let bias { packed.setBias(bias.floats + part.firstColumn) }
      for (run, offset) in part.runs.enumerated() {
        let start = offset + part.firstColumn * part.columnStride
        if let blocks {
          let reals = try blocks.reals(filter.unpackedIntegers)
          reals.withUnsafeBufferPointer {
            packed.pack(
              $0.baseAddress! + start, columnStride: part.columnStride,
              stepStride: part.stepStride, firstStep: run * part.runSteps,
              stepCount: part.runSteps)
          }
        } else if filter.type == .int8 {
          packed.pack(
            filter.pointer(Int8.self) + start, columnStride: part.columnStride,
            stepStride: part.stepStride, firstStep: run * part.runSteps,
            stepCount: part.runSteps)
        } else if filter.isPacked {
          let bytes = filter.unpackedIntegers
          bytes.withUnsafeBufferPointer {
            packed.pack(
              $0.baseAddress! + start, columnStride: part.columnStride,
              stepStride: part.stepStride, firstStep: run * part.runSteps,
              stepCount: part.runSteps)
          }
        } else {
          packed.pack(
            filter.floats + start, columnStride: part.columnStride, stepStride: part.stepStride,
            firstStep: run * part.runSteps, stepCount: part.runSteps)
        }
      }
    }
  }
}
