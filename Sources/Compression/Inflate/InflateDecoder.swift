/// Decompresses one stream, block by block.
struct InflateDecoder: ~Copyable {
  private static let symbolRootBits = 11
  private static let distanceRootBits = 8
  private static let lengthBases: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]

  /// The code is complete with two distances that are not valid; using one is an error.
  private static let fixedTables: (symbols: InflateTable, distances: InflateTable)? = {
    let distances = [UInt8](repeating: 5, count: 32)
    guard
      let symbols = try? InflateTable(
        lengths: DeflateCode.fixedSymbolLengths[...], rootBits: symbolRootBits),
      let distances = try? InflateTable(lengths: distances[...], rootBits: distanceRootBits)
    else { return nil }
    return (symbols, distances)
  }()

  private(set) var input: InflateInput
  private(set) var output: InflateOutput

  init(
    _ bytes: UnsafeRawBufferPointer, maxOutput: Int, _ receive: InflateOutput.Receiver? = nil
  ) {
    input = InflateInput(bytes)
    // Overcommitted memory is free until it is used; the factor only saves copies.
    output = InflateOutput(limit: maxOutput, expected: bytes.count &<< 2, receive)
  }

  /// Passes the remaining bytes to the receiver.
  mutating func finish() throws(InflateError) { try output.passOn() }

  mutating func run() throws(InflateError) {
    var isLast = false
    while !isLast {
      isLast = try input.take(1) == 1
      switch try input.take(2) {
      case 0: try copyStored()
      case 1: try decodeFixed()
      case 2: try decodeDynamic()
      default: throw .badBlockType
      }
    }
  }

  private mutating func copyStored() throws(InflateError) {
    input.skipToByte()
    let count = try input.take(16)
    guard try input.take(16) == count ^ 0xFFFF else { throw .badStoredLength }
    try output.append(try input.takeBytes(count))
  }

  private mutating func decodeFixed() throws(InflateError) {
    guard let tables = Self.fixedTables else { throw .badCodeLengths }
    try decode(tables.symbols, tables.distances)
  }

  private mutating func decodeDynamic() throws(InflateError) {
    let symbolCount = try input.take(5) + 257
    let distanceCount = try input.take(5) + 1
    let orderCount = try input.take(4) + 4
    guard symbolCount <= DeflateCode.symbols, distanceCount <= DeflateCode.distances else {
      throw .badCodeLengths
    }
    var own = [UInt8](repeating: 0, count: 19)
    for symbol in DeflateCode.lengthOrder[..<orderCount] { own[symbol] = UInt8(try input.take(3)) }
    let table = try InflateTable(lengths: own[...], rootBits: 7)
    let lengths = try readLengths(symbolCount + distanceCount, table)
    guard lengths[DeflateCode.endOfBlock] > 0 else { throw .badCodeLengths }
    try decode(
      InflateTable(lengths: lengths[..<symbolCount], rootBits: Self.symbolRootBits),
      InflateTable(lengths: lengths[symbolCount...], rootBits: Self.distanceRootBits))
  }

  private mutating func readLengths(
    _ count: Int, _ table: InflateTable
  ) throws(InflateError) -> [UInt8] {
    var lengths: [UInt8] = []
    while lengths.count < count {
      input.refill()
      let entry = table.entries[input.peek(table.rootBits)]
      guard entry != InflateTable.invalid else { throw .badCodeLengths }
      guard input.drop(Int(entry & 0xFF)) else { throw .truncated }
      let symbol = UInt8(truncatingIfNeeded: entry >> 8)
      var value = symbol < 16 ? symbol : 0
      var run = 1
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw .badCodeLengths }
        value = last
        run = try input.take(2) + 3
      case 17: run = try input.take(3) + 3
      case 18: run = try input.take(7) + 11
      default: break
      }
      guard run <= count - lengths.count else { throw .badCodeLengths }
      lengths.append(contentsOf: repeatElement(value, count: run))
    }
    return lengths
  }

  private mutating func decode(
    _ symbols: InflateTable, _ distances: InflateTable
  ) throws(InflateError) {
    try symbols.entries.withUnsafeBufferPointer { (symbols) throws(InflateError) in
      try distances.entries.withUnsafeBufferPointer { (distances) throws(InflateError) in
        guard let symbols = symbols.baseAddress, let distances = distances.baseAddress else {
          return
        }
        try decodeSymbols(symbols, distances)
      }
    }
  }

  private mutating func decodeSymbols(
    _ symbols: UnsafePointer<UInt32>, _ distances: UnsafePointer<UInt32>
  ) throws(InflateError) {
    while true {
      input.refill()
      var entry = symbolEntry(symbols)
      // One refill is enough for three literals of 15 bits, or for a match after none.
      for _ in 0..<2 where entry != InflateTable.invalid && entry < 256 << 8 {
        guard input.drop(Int(entry & 0xFF)) else { throw .truncated }
        try output.append(UInt8(truncatingIfNeeded: entry &>> 8))
        entry = symbolEntry(symbols)
      }
      guard entry != InflateTable.invalid else { throw .badSymbol }
      guard input.drop(Int(entry & 0xFF)) else { throw .truncated }
      let symbol = Int(entry &>> 8)
      if symbol < DeflateCode.endOfBlock {
        try output.append(UInt8(truncatingIfNeeded: symbol))
      } else if symbol == DeflateCode.endOfBlock {
        return
      } else {
        try copyMatch(symbol, distances)
      }
    }
  }

  @inline(__always)
  private func symbolEntry(_ symbols: UnsafePointer<UInt32>) -> UInt32 {
    InflateTable.entry(symbols, rootBits: Self.symbolRootBits, bits: input.pending)
  }

  @inline(__always)
  private mutating func copyMatch(
    _ symbol: Int, _ distances: UnsafePointer<UInt32>
  ) throws(InflateError) {
    guard symbol < DeflateCode.symbols else { throw .badSymbol }
    input.refill()
    let lengthBits = DeflateCode.extraBits(ofSymbol: symbol)
    let length = Int(Self.lengthBases[symbol &- 257]) &+ input.peek(lengthBits)
    guard input.drop(lengthBits) else { throw .truncated }
    let entry = InflateTable.entry(
      distances, rootBits: Self.distanceRootBits, bits: input.pending)
    guard entry != InflateTable.invalid else { throw .badSymbol }
    guard input.drop(Int(entry & 0xFF)) else { throw .truncated }
    let code = Int(entry &>> 8)
    guard code < DeflateCode.distances else { throw .badSymbol }
    let extraBits = DeflateCode.extraBits(ofDistance: code)
    let base = code < 4 ? code : (2 &+ (code & 1)) &<< extraBits
    let distance = base &+ 1 &+ input.peek(extraBits)
    guard input.drop(extraBits) else { throw .truncated }
    try output.repeatBytes(distance: distance, length: length)
  }
}
