import Foundation

/// The symbols of an ELF object file for 64-bit little-endian machines (System V ABI, chapter 4).
struct ObjectFile {
  struct Symbol {
    let name: String
    let binding: UInt8
    let kind: UInt8
    let isDefined: Bool

    /// STT_FUNC or STT_GNU_IFUNC.
    var isFunction: Bool { kind == 2 || kind == 10 }
    /// STB_WEAK or STB_GNU_UNIQUE: of several with one name the linker keeps one.
    var isShared: Bool { binding == 2 || binding == 10 }
  }

  let symbols: [Symbol]

  /// Nil for what is no such file.
  init?(_ bytes: [UInt8]) {
    let file = Bytes(bytes)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = file.number(0x28, 8),
      let stride = file.number(0x3A, 2), let count = file.number(0x3C, 2)
    else { return nil }
    var symbols: [Symbol] = []
    for section in (0..<count).map({ table + $0 * stride }) {
      // SHT_SYMTAB.
      guard file.number(section + 4, 4) == 2 else { continue }
      guard let start = file.number(section + 0x18, 8), let size = file.number(section + 0x20, 8),
        let link = file.number(section + 0x28, 4),
        let names = file.number(table + link * stride + 0x18, 8)
      else { return nil }
      for entry in stride24(from: start, size: size) {
        guard let name = file.number(entry, 4), let info = file.number(entry + 4, 1),
          let home = file.number(entry + 6, 2)
        else { return nil }
        symbols.append(
          Symbol(
            name: file.text(names + name), binding: UInt8(info >> 4), kind: UInt8(info & 15),
            isDefined: home != 0))
      }
    }
    self.symbols = symbols
  }
}

/// The places of a symbol table's entries, which have 24 bytes.
private func stride24(from start: Int, size: Int) -> [Int] {
  Array(stride(from: start, to: start + size, by: 24))
}

private struct Bytes {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func number(_ position: Int, _ size: Int) -> Int? {
    guard position >= 0, position + size <= bytes.count else { return nil }
    return (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }

  func text(_ position: Int) -> String {
    guard position < bytes.count else { return "" }
    return String(decoding: bytes[position...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
