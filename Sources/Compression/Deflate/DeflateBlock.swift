/// One block of the stream: chooses the cheapest of the three forms and writes it.
struct DeflateBlock {
  private enum Form {
    case stored
    case fixed
    case dynamic
  }

  private static let fixedSymbols = HuffmanCode(lengths: DeflateCode.fixedSymbolLengths)
  private static let fixedDistances = HuffmanCode(lengths: DeflateCode.fixedDistanceLengths)

  let tokens: UnsafeBufferPointer<UInt32>
  /// The input bytes that the tokens stand for; nil if they have left the window.
  let source: UnsafeRawBufferPointer?
  let isLast: Bool
  private let form: Form
  private let symbols: HuffmanCode
  private let distances: HuffmanCode
  private let header: CodeLengthHeader
  private let codedBits: Int

  init(
    tokens: UnsafeBufferPointer<UInt32>, source: UnsafeRawBufferPointer?, isLast: Bool,
    symbolCounts: UnsafeBufferPointer<UInt32>, distanceCounts: UnsafeBufferPointer<UInt32>,
    bitsBefore: Int
  ) {
    self.tokens = tokens
    self.source = source
    self.isLast = isLast
    let ownSymbols = HuffmanCode(frequencies: symbolCounts, limit: 15)
    let ownDistances = HuffmanCode(frequencies: distanceCounts, limit: 15)
    header = CodeLengthHeader(symbols: ownSymbols, distances: ownDistances)
    func cost(_ symbols: HuffmanCode, _ distances: HuffmanCode) -> Int {
      3 + Self.bits(symbolCounts, symbols.lengths, extra: DeflateCode.extraBits(ofSymbol:))
        + Self.bits(distanceCounts, distances.lengths, extra: DeflateCode.extraBits(ofDistance:))
    }
    let dynamicBits = header.bits + cost(ownSymbols, ownDistances)
    let fixedBits = cost(Self.fixedSymbols, Self.fixedDistances)
    let padding = -(bitsBefore + 3) & 7
    // The two length fields of a stored block hold at most 65,535 bytes.
    let storedBits = source.map { $0.count > 65535 ? Int.max : 35 + padding + 8 * $0.count }
    codedBits = min(storedBits ?? Int.max, fixedBits, dynamicBits)
    form = codedBits == storedBits ? .stored : codedBits == fixedBits ? .fixed : .dynamic
    symbols = form == .fixed ? Self.fixedSymbols : ownSymbols
    distances = form == .fixed ? Self.fixedDistances : ownDistances
  }

  func write(to sink: inout BitSink) {
    sink.add(bits: codedBits) { cursor in
      cursor.put(isLast ? 1 : 0, bits: 1)
      switch form {
      case .stored:
        cursor.put(0, bits: 2)
        writeSource(to: &cursor)
      case .fixed:
        cursor.put(1, bits: 2)
        writeTokens(to: &cursor)
      case .dynamic:
        cursor.put(2, bits: 2)
        header.write(to: &cursor)
        writeTokens(to: &cursor)
      }
    }
  }

  private func writeSource(to cursor: inout BitCursor) {
    guard let source else { return }
    cursor.alignToByte()
    cursor.put(source.count, bits: 16)
    cursor.put(source.count ^ 0xFFFF, bits: 16)
    cursor.flush()
    cursor.copy(source)
  }

  private func writeTokens(to cursor: inout BitCursor) {
    // A word and its length in one entry: one load for each symbol.
    let symbolEntries = zip(symbols.words, symbols.lengths).map { UInt32($0) << 8 | UInt32($1) }
    let distanceEntries = zip(distances.words, distances.lengths).map {
      UInt32($0) << 8 | UInt32($1)
    }
    symbolEntries.withUnsafeBufferPointer { symbols in
      distanceEntries.withUnsafeBufferPointer { distances in
        for token in tokens {
          Self.write(Int(token & 0xFFFF), Int(token >> 16), symbols, distances, to: &cursor)
        }
        let end = Int(symbols[DeflateCode.endOfBlock])
        cursor.put(end >> 8, bits: end & 0xFF)
        cursor.flush()
      }
    }
  }

  @inline(__always)
  private static func write(
    _ value: Int, _ distance: Int, _ symbols: UnsafeBufferPointer<UInt32>,
    _ distances: UnsafeBufferPointer<UInt32>, to cursor: inout BitCursor
  ) {
    guard distance > 0 else {
      let entry = Int(symbols[value])
      cursor.put(entry &>> 8, bits: entry & 0xFF)
      return cursor.flush()
    }
    let length = DeflateCode.length(value)
    let lengthEntry = Int(symbols[length.symbol])
    cursor.put(lengthEntry &>> 8, bits: lengthEntry & 0xFF)
    // The base of every group is a multiple of its size except for the last length, which has none.
    cursor.put((value &- 3) & ((1 &<< length.extraBits) &- 1), bits: length.extraBits)
    let far = DeflateCode.distance(distance)
    let distanceEntry = Int(distances[far.symbol])
    cursor.put(distanceEntry &>> 8, bits: distanceEntry & 0xFF)
    cursor.put((distance &- 1) & ((1 &<< far.extraBits) &- 1), bits: far.extraBits)
    cursor.flush()
  }

  private static func bits(
    _ counts: UnsafeBufferPointer<UInt32>, _ lengths: [UInt8], extra: (Int) -> Int
  ) -> Int {
    var total = 0
    for symbol in 0..<counts.count where counts[symbol] > 0 {
      total += Int(counts[symbol]) * (Int(lengths[symbol]) + extra(symbol))
    }
    return total
  }
}
