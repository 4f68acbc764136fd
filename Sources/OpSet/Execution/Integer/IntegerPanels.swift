import KernelTable
import TFLite

/// Integer weights in the layout that the product kernel reads (`PackedIntegers`).
final class IntegerPanels: @unchecked Sendable {
  let columns: Int
  let taps: Int
  /// Pairs of weights in a tap.
  let pairs: Int
  private(set) var base: UnsafeMutableRawPointer
  private let isOwner: Bool

  static func byteCount(_ part: ProductWeights.Part) -> Int {
    PackedIntegers.panels(columns: part.columns)
      * PackedIntegers.panelStride(pairs: part.runs.count * ((part.runSteps + 1) / 2))
  }

  /// Takes memory of its own, or scratch memory that `use` names before each packing.
  init(_ part: ProductWeights.Part, isOwner: Bool) {
    columns = part.columns
    taps = part.runs.count
    pairs = (part.runSteps + 1) / 2
    self.isOwner = isOwner
    base = .allocate(byteCount: (isOwner ? Self.byteCount(part) : 0) + 64, alignment: 64)
    own = base
  }

  private let own: UnsafeMutableRawPointer

  deinit { own.deallocate() }

  func use(_ memory: UnsafeMutableRawPointer) { base = memory }

  var panels: Int { PackedIntegers.panels(columns: columns) }
  var panelStride: Int { PackedIntegers.panelStride(pairs: taps * pairs) }

  /// Packs the weights of a part; each of its runs is a tap.
  func pack(_ levels: UnsafePointer<Int16>, _ part: ProductWeights.Part) {
    base.initializeMemory(as: UInt8.self, repeating: 0, count: panels &* panelStride)
    for column in 0..<columns {
      let panel = (base + column / 16 &* panelStride).assumingMemoryBound(to: Int16.self)
      let source = levels + (part.firstColumn &+ column) &* part.columnStride
      for (run, offset) in part.runs.enumerated() {
        let target = panel + (run &* pairs &* 32 &+ (column & 15) &* 2)
        for step in 0..<part.runSteps {
          target[step / 2 &* 32 &+ (step & 1)] = source[offset &+ step &* part.stepStride]
        }
      }
    }
  }
}

/// An integer filter on its way into the product kernel: packed once if it is constant, else before
/// each run.
struct IntegerWeights {
  let parts: [IntegerPanels]
  /// Packs weights that are not constant.
  let stages: [Stage]

  init(
    _ preparation: Preparation, filterIndex: Int, _ operands: IntegerOperands,
    parts: [ProductWeights.Part]
  ) throws {
    let filter = operands.filter
    guard !filter.isKnown else {
      let levels = Levels()
      self.parts = try parts.enumerated().map { slot, part in
        try preparation.packedForAll(slot: slot) {
          _ = try preparation.known(filterIndex)
          let panels = IntegerPanels(part, isOwner: true)
          panels.pack(levels.filled(filter.count, operands.widenFilter), part)
          return panels
        }
      }
      preparation.consume(filterIndex)
      stages = []
      return
    }
    try preparation.require(!filter.isPacked, "\(filter.type) weights must be constant")
    let levels = preparation.scratch(bytes: filter.count * 2)
    let memory = parts.map { preparation.scratch(packedBytes: IntegerPanels.byteCount($0)) }
    let panels = parts.map { IntegerPanels($0, isOwner: false) }
    self.parts = panels
    stages = [
      preparation.packing(filter) {
        let widened = levels.base.assumingMemoryBound(to: Int16.self)
        operands.widenFilter(widened)
        for index in 0..<parts.count {
          panels[index].use(memory[index].base)
          panels[index].pack(widened, parts[index])
        }
      }
    ]
  }
}

/// Memory for a constant filter's integers, taken at the first use.
private final class Levels {
  private(set) var base: UnsafeMutablePointer<Int16>?

  deinit { base?.deallocate() }

  func filled(_ count: Int, _ fill: (UnsafeMutablePointer<Int16>) -> Void)
    -> UnsafeMutablePointer<Int16>
  {
    if let base { return base }
    let made = UnsafeMutablePointer<Int16>.allocate(capacity: count + 32)
    fill(made)
    base = made
    return made
  }
}

extension IntegerOperands {
  /// The whole filter less its zero point.
  func widenFilter(_ target: UnsafeMutablePointer<Int16>) {
    guard !filter.isPacked else {
      for (index, level) in filter.unpackedIntegers.enumerated() {
        target[index] = Int16(level) &- filterZero
      }
      return
    }
    kernels.widen(
      filter.integerKind ?? .int8, UnsafeRawPointer(filter.base), filterZero, target, filter.count)
  }
}
