import KernelTable

/// The integer matrix product and every integer convolution: rows × 16 columns in registers.
enum IntegerProductKernels {
  /// SSE2 has registers for two rows only.
  #if V3 && arch(x86_64)
    private static let rows = 6
  #elseif arch(x86_64)
    private static let rows = 2
  #else
    private static let rows = 4
  #endif

  static let run: @Sendable (borrowing IntegerProductTask) -> Void = { task in
    let panelStride = task.taps &* task.pairs &* 64
    for panel in 0..<task.panelCount {
      let weights = task.panels + panel &* panelStride
      var row = 0
      // Tiles get even shares: a last tile of one row would wait for its own additions.
      var tiles = (task.rowCount &+ rows &- 1) / rows
      while tiles > 0 {
        let count = (task.rowCount &- row &+ tiles &- 1) / tiles
        if task.rescaling.form == .fixed {
          sums(task, row, count, weights, 0, task.taps, 0, task.pairs)
          finish(task, row, count, panel)
        } else {
          wideSums(task, row, count, weights)
          finishWide(task, row, count, panel)
        }
        row &+= count
        tiles &-= 1
      }
    }
  }

  /// Leaves the int32 sums of `count` rows in the spill, of some taps and some pairs of each.
  @inline(__always)
  private static func sums(
    _ task: borrowing IntegerProductTask, _ row: Int, _ count: Int, _ weights: UnsafeRawPointer,
    _ firstTap: Int, _ taps: Int, _ firstPair: Int, _ pairs: Int
  ) {
    let part = Part(
      weights: weights + (firstTap &* task.pairs &+ firstPair) &* 64, row: row, firstTap: firstTap,
      taps: taps, start: firstPair &* 4, bytes: pairs &* 4)
    switch count {
    #if V3 && arch(x86_64)
      case 6: tile(Six.self, task, part)
      case 5: tile(Five.self, task, part)
    #endif
    #if V3 || !arch(x86_64)
      case 4: tile(Four.self, task, part)
      case 3: tile(Three.self, task, part)
    #endif
    case 2: tile(Two.self, task, part)
    default: tile(One.self, task, part)
    }
  }

  /// The products that are added up without a pause: neighbouring taps, and the same bytes of each.
  private struct Part {
    let weights: UnsafeRawPointer
    let row: Int
    let firstTap: Int
    let taps: Int
    let start: Int
    let bytes: Int
  }

  /// Every loop over `Rows` must be unrolled, or the accumulators live in memory.
  @inline(__always)
  private static func tile<Rows>(
    _: Rows.Type, _ task: borrowing IntegerProductTask, _ part: Part
  ) {
    var left = Registers<I8>(repeating: I8())
    var right = Registers<I8>(repeating: I8())
    var b = part.weights
    for tap in part.firstTap..<part.firstTap &+ part.taps {
      let offset = task.tapOffsets[tap] &+ part.start
      var a = Registers<UnsafeRawPointer>(repeating: b)
      for i in 0..<MemoryLayout<Rows>.size { a[i] = task.rows[part.row &+ i] + offset }
      var k = 0
      while k < part.bytes {
        let b0 = b.integers(0)
        let b1 = b.integers(32)
        for i in 0..<MemoryLayout<Rows>.size {
          let x = I8(repeating: a[i].integer(k))
          left[i] = left[i] &+ pairProducts(x, b0)
          right[i] = right[i] &+ pairProducts(x, b1)
        }
        b += 64
        k &+= 4
      }
    }
    for i in 0..<MemoryLayout<Rows>.size {
      task.spill.storeBytes(of: left[i], toByteOffset: i &* 64, as: I8.self)
      task.spill.storeBytes(of: right[i], toByteOffset: i &* 64 &+ 32, as: I8.self)
    }
  }

  @inline(__always)
  private static func finish(
    _ task: borrowing IntegerProductTask, _ row: Int, _ count: Int, _ panel: Int
  ) {
    RescalingKernels.finish(
      task.spill, rows: count, task.rescaling, channel: task.channel &+ panel &* 16,
      count: task.columns &- panel &* 16,
      task.output + (row &* task.outputStride &+ panel &* 16 &* task.rescaling.outputBytes),
      stride: task.outputStride)
  }

  // MARK: Sums in int64

  /// Leaves int64 sums behind the int32 ones, which are added up before they can overflow.
  private static func wideSums(
    _ task: borrowing IntegerProductTask, _ row: Int, _ count: Int, _ weights: UnsafeRawPointer
  ) {
    let wide = (task.spill + 6 &* 64).assumingMemoryBound(to: Int64.self)
    for index in 0..<count &* 16 { wide[index] = 0 }
    let limit = task.isLong ? PackedIntegers.safePairs : Int.max
    let pairsAtOnce = min(task.pairs, limit)
    let tapsAtOnce = task.isLong ? max(1, limit / max(1, task.pairs)) : task.taps
    var tap = 0
    while tap < task.taps {
      let taps = min(tapsAtOnce, task.taps &- tap)
      var pair = 0
      while pair < task.pairs {
        let pairs = min(pairsAtOnce, task.pairs &- pair)
        sums(task, row, count, weights, tap, taps, pair, pairs)
        let part = UnsafeRawPointer(task.spill).assumingMemoryBound(to: Int32.self)
        for index in 0..<count &* 16 { wide[index] &+= Int64(part[index]) }
        pair &+= pairs
      }
      tap &+= taps
    }
  }

  private static func finishWide(
    _ task: borrowing IntegerProductTask, _ row: Int, _ count: Int, _ panel: Int
  ) {
    let wide = (task.spill + 6 &* 64).assumingMemoryBound(to: Int64.self)
    let columns = min(16, task.columns &- panel &* 16)
    for i in 0..<count {
      let output =
        task.output
        + ((row &+ i) &* task.outputStride &+ panel &* 16 &* task.rescaling.outputBytes)
      for column in 0..<columns {
        RescalingKernels.store(
          scalar: wide[i &* 16 &+ column], task.rescaling, task.channel &+ panel &* 16 &+ column,
          column, output)
      }
    }
  }
}

/// Up to six values. They are in registers, and unused ones nowhere, where loops over indices are unrolled.
/// `InlineArray` would be the same and needs macOS 26. A copy of this stands in each file that uses it:
/// debug builds cannot inline what another file has, and a type in `KernelTable` brings weak functions for
/// its metadata, which the objects of both instruction sets would share.
private struct Registers<Value> {
  private var values: (Value, Value, Value, Value, Value, Value)

  @inline(__always)
  init(repeating value: Value) { values = (value, value, value, value, value, value) }

  @inline(__always)
  subscript(_ index: Int) -> Value {
    get {
      switch index {
      case 0: values.0
      case 1: values.1
      case 2: values.2
      case 3: values.3
      case 4: values.4
      default: values.5
      }
    }
    set {
      switch index {
      case 0: values.0 = newValue
      case 1: values.1 = newValue
      case 2: values.2 = newValue
      case 3: values.3 = newValue
      case 4: values.4 = newValue
      default: values.5 = newValue
      }
    }
  }
}
