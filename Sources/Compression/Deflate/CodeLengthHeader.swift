/// The description of a block's two Huffman codes that precedes its symbols (RFC 1951 §3.2.7).
struct CodeLengthHeader {
  /// A symbol of the code length code with the value and number of its extra bits.
  private struct Item {
    var symbol: Int
    var extra: Int
    var extraBits: Int
  }

  let bits: Int
  private let symbolCount: Int
  private let distanceCount: Int
  private let orderCount: Int
  private let items: [Item]
  private let code: HuffmanCode

  init(symbols: HuffmanCode, distances: HuffmanCode) {
    symbolCount = max(257, Self.used(symbols.lengths))
    distanceCount = max(1, Self.used(distances.lengths))
    items = Self.items(
      of: Array(symbols.lengths[..<symbolCount] + distances.lengths[..<distanceCount]))
    var counts = [UInt32](repeating: 0, count: 19)
    for item in items { counts[item.symbol] += 1 }
    let code = counts.withUnsafeBufferPointer { HuffmanCode(frequencies: $0, limit: 7) }
    self.code = code
    orderCount = max(4, Self.used(DeflateCode.lengthOrder.map { code.lengths[$0] }))
    bits = items.reduce(14 + 3 * orderCount) {
      $0 + Int(code.lengths[$1.symbol]) + $1.extraBits
    }
  }

  func write(to cursor: inout BitCursor) {
    cursor.put(symbolCount - 257, bits: 5)
    cursor.put(distanceCount - 1, bits: 5)
    cursor.put(orderCount - 4, bits: 4)
    cursor.flush()
    for symbol in DeflateCode.lengthOrder[..<orderCount] {
      cursor.put(Int(code.lengths[symbol]), bits: 3)
      cursor.flush()
    }
    for item in items {
      cursor.put(Int(code.words[item.symbol]), bits: Int(code.lengths[item.symbol]))
      cursor.put(item.extra, bits: item.extraBits)
      cursor.flush()
    }
  }

  private static func used(_ lengths: [UInt8]) -> Int {
    lengths.lastIndex { $0 > 0 }.map { $0 + 1 } ?? 0
  }

  /// Run-length codes the lengths; runs may cross from symbols to distances.
  private static func items(of lengths: [UInt8]) -> [Item] {
    var items: [Item] = []
    var start = 0
    while start < lengths.count {
      let value = lengths[start]
      var end = start + 1
      while end < lengths.count && lengths[end] == value { end += 1 }
      if value > 0 {
        items.append(Item(symbol: Int(value), extra: 0, extraBits: 0))
        start += 1
      }
      appendRun(of: Int(value), count: end - start, to: &items)
      start = end
    }
    return items
  }

  private static func appendRun(of value: Int, count: Int, to items: inout [Item]) {
    var rest = count
    while rest >= 3 {
      if value > 0 {
        let run = min(rest, 6)
        items.append(Item(symbol: 16, extra: run - 3, extraBits: 2))
        rest -= run
      } else if rest > 10 {
        let run = min(rest, 138)
        items.append(Item(symbol: 18, extra: run - 11, extraBits: 7))
        rest -= run
      } else {
        items.append(Item(symbol: 17, extra: rest - 3, extraBits: 3))
        rest = 0
      }
    }
    for _ in 0..<rest { items.append(Item(symbol: value, extra: 0, extraBits: 0)) }
  }
}
