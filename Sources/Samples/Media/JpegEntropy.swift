/// Decodes the Huffman codes of one scan. Source: ITU-T T.81, F.2.2 and G.2.
struct JpegEntropy {
  enum Failure: Error {
    case badCode
    case cutOff
    /// Another marker is where a restart marker must be.
    case noRestart
  }

  let scan: JpegScan
  let frame: JpegFrame
  let restartInterval: Int
  private(set) var bits: JpegBits
  private let tables: [(dc: JpegTablePointer, ac: JpegTablePointer)]
  private let bytes: UnsafeRawBufferPointer
  private var predictions: [Int]
  /// Blocks that have no more coefficients in this scan.
  private var emptyBlocks = 0

  /// The natural position of each coefficient in zigzag order; runs may lead up to 16 positions
  /// beyond the last.
  static let order: [Int] =
    [
      0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27,
      20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58,
      59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ] + [Int](repeating: 63, count: 16)

  /// `tables` are those of the components of the scan.
  init(
    _ scan: JpegScan, _ frame: JpegFrame, restartInterval: Int, _ bytes: UnsafeRawBufferPointer,
    _ base: UnsafePointer<UInt8>, from position: Int,
    tables: [(dc: JpegTablePointer, ac: JpegTablePointer)]
  ) {
    self.scan = scan
    self.frame = frame
    self.restartInterval = restartInterval
    self.bytes = bytes
    self.tables = tables
    bits = JpegBits(base, from: position, to: bytes.count)
    predictions = Array(repeating: 0, count: frame.components.count)
  }

  mutating func run(_ blocks: JpegBlocks, _ order: UnsafePointer<Int>) throws(Failure) {
    let alone = scan.parts.count == 1 ? frame.components[scan.parts[0].component] : nil
    let across = alone?.ownAcross ?? frame.mcusAcross
    let down = alone?.ownDown ?? frame.mcusDown
    let plans = scan.parts.map { part in
      let component = frame.components[part.component]
      return (
        index: part.component, component: component,
        across: alone == nil ? component.horizontal : 1,
        down: alone == nil ? component.vertical : 1
      )
    }
    let isProgressive = frame.isProgressive
    var untilRestart = restartInterval
    for y in 0..<down {
      for x in 0..<across {
        if restartInterval > 0 {
          if untilRestart == 0 {
            try restart()
            untilRestart = restartInterval
          }
          untilRestart -= 1
        }
        for index in plans.indices {
          let plan = plans[index]
          for row in 0..<plan.down {
            for column in 0..<plan.across {
              let (left, top) = (x &* plan.across &+ column, y &* plan.down &+ row)
              let block = blocks.block(plan.component, left, top)
              guard decode(block, index, order) else { throw .badCode }
              if !isProgressive { blocks.transform(block, plan.index, left, top) }
            }
          }
        }
      }
      if bits.isExhausted { throw .cutOff }
    }
  }

  /// Expects a marker RST0 to RST7.
  private mutating func restart() throws(Failure) {
    if bits.isExhausted { throw .cutOff }
    bits.align()
    let position = bits.position
    guard position + 1 < bytes.count else { throw .cutOff }
    guard bytes[position] == 0xFF, bytes[position + 1] & 0xF8 == 0xD0 else { throw .noRestart }
    bits.skip(to: position + 2)
    for index in predictions.indices { predictions[index] = 0 }
    emptyBlocks = 0
  }

  // MARK: Blocks

  @inline(__always)
  private mutating func decode(
    _ block: UnsafeMutablePointer<Int16>, _ part: Int, _ order: UnsafePointer<Int>
  ) -> Bool {
    guard frame.isProgressive else { return decodeSequential(block, part, order) }
    if scan.firstCoefficient == 0 {
      guard scan.highBit == 0 else {
        if bits.flag() { block[0] |= 1 << Int16(scan.lowBit) }
        return true
      }
      return decodeDC(block, part, shift: scan.lowBit)
    }
    return scan.highBit == 0
      ? decodeFirst(block, tables[part].ac, order) : refine(block, tables[part].ac, order)
  }

  @inline(__always)
  private mutating func decodeDC(
    _ block: UnsafeMutablePointer<Int16>, _ part: Int, shift: Int
  ) -> Bool {
    let size = bits.symbol(tables[part].dc)
    guard size >= 0, size <= 16 else { return false }
    let component = scan.parts[part].component
    let value = predictions[component] &+ bits.number(size)
    predictions[component] = value
    block[0] = Int16(truncatingIfNeeded: value &<< shift)
    return true
  }

  private mutating func decodeSequential(
    _ block: UnsafeMutablePointer<Int16>, _ part: Int, _ order: UnsafePointer<Int>
  ) -> Bool {
    guard decodeDC(block, part, shift: 0) else { return false }
    let table = tables[part].ac
    // A local copy stays in registers.
    var bits = bits
    defer { self.bits = bits }
    var index = 1
    while index < 64 {
      let symbol = bits.symbol(table)
      guard symbol > 0 else { return symbol == 0 }
      let size = symbol & 15
      index &+= symbol &>> 4
      if size > 0 {
        guard index < 64 else { return false }
        block[order[index]] = Int16(truncatingIfNeeded: bits.number(size))
      } else if symbol != 0xF0 {
        return true
      }
      index &+= 1
    }
    return true
  }

  private mutating func decodeFirst(
    _ block: UnsafeMutablePointer<Int16>, _ table: JpegTablePointer, _ order: UnsafePointer<Int>
  ) -> Bool {
    guard emptyBlocks == 0 else {
      emptyBlocks -= 1
      return true
    }
    var index = scan.firstCoefficient
    while index <= scan.lastCoefficient {
      let symbol = bits.symbol(table)
      guard symbol >= 0 else { return false }
      let (run, size) = (symbol >> 4, symbol & 15)
      if size > 0 {
        index += run
        guard index < 64 else { return false }
        block[order[index]] = Int16(truncatingIfNeeded: bits.number(size) &<< scan.lowBit)
      } else if run == 15 {
        index += 15
      } else {
        emptyBlocks = (1 << run) + (run > 0 ? bits.take(run) : 0) - 1
        return true
      }
      index += 1
    }
    return true
  }

  private mutating func refine(
    _ block: UnsafeMutablePointer<Int16>, _ table: JpegTablePointer, _ order: UnsafePointer<Int>
  ) -> Bool {
    let bit = Int16(truncatingIfNeeded: 1 << scan.lowBit)
    var index = scan.firstCoefficient
    if emptyBlocks == 0 {
      while index <= scan.lastCoefficient {
        let symbol = bits.symbol(table)
        guard symbol >= 0, symbol & 15 <= 1 else { return false }
        var run = symbol >> 4
        var value: Int16 = 0
        if symbol & 15 == 1 {
          value = bits.flag() ? bit : -bit
        } else if run < 15 {
          emptyBlocks = (1 << run) + (run > 0 ? bits.take(run) : 0)
          break
        }
        while index <= scan.lastCoefficient {
          let place = order[index]
          if block[place] != 0 {
            correct(block + place, bit)
          } else {
            if run == 0 { break }
            run -= 1
          }
          index += 1
        }
        if value != 0 {
          guard index < 64 else { return false }
          block[order[index]] = value
        }
        index += 1
      }
    }
    guard emptyBlocks > 0 else { return true }
    while index <= scan.lastCoefficient {
      let place = order[index]
      if block[place] != 0 { correct(block + place, bit) }
      index += 1
    }
    emptyBlocks -= 1
    return true
  }

  /// The next bit of a coefficient that is not zero.
  @inline(__always)
  private mutating func correct(_ coefficient: UnsafeMutablePointer<Int16>, _ bit: Int16) {
    guard bits.flag(), coefficient.pointee & bit == 0 else { return }
    coefficient.pointee &+= coefficient.pointee >= 0 ? bit : -bit
  }
}
