/// A matrix of which rows are contiguous in the target, columns in the source.
struct BlockTranspose {
  let source: UnsafeRawPointer
  let target: UnsafeMutableRawPointer
  let rows: Int
  let columns: Int
  /// Bytes between rows in the target.
  let rowStride: Int
  /// Bytes between columns in the source.
  let columnStride: Int

  /// Bytes of an element.
  static let sizes = [1, 2, 4, 8]

  func copy(elementBytes: Int) {
    switch elementBytes {
    case 1: blocks { copy(UInt8.self, $0, $1) }
    case 2: blocks { copy(UInt16.self, $0, $1) }
    case 4: blocks { copyQuads($0, $1) }
    default: blocks { copy(UInt64.self, $0, $1) }
    }
  }

  /// Blocks whose lines stay in the first cache: 16 rows × 64 columns.
  @inline(__always)
  private func blocks(_ body: (Range<Int>, Range<Int>) -> Void) {
    var row = 0
    while row < rows {
      var column = 0
      while column < columns {
        body(row..<min(row &+ 16, rows), column..<min(column &+ 64, columns))
        column &+= 64
      }
      row &+= 16
    }
  }

  @inline(__always)
  private func copy<Element: BitwiseCopyable>(
    _ type: Element.Type, _ rows: Range<Int>, _ columns: Range<Int>
  ) {
    let size = MemoryLayout<Element>.size
    for row in rows {
      let from = source + row &* size
      let to = target + row &* rowStride
      for column in columns {
        to.storeBytes(
          of: from.loadUnaligned(fromByteOffset: column &* columnStride, as: type),
          toByteOffset: column &* size, as: type)
      }
    }
  }

  @inline(__always)
  private func copyQuads(_ rows: Range<Int>, _ columns: Range<Int>) {
    let lastRow = rows.lowerBound &+ (rows.count & ~3)
    let lastColumn = columns.lowerBound &+ (columns.count & ~3)
    var column = columns.lowerBound
    while column < lastColumn {
      var row = rows.lowerBound
      while row < lastRow {
        copyQuad(row, column)
        row &+= 4
      }
      column &+= 4
    }
    if lastColumn < columns.upperBound {
      copy(UInt32.self, rows, lastColumn..<columns.upperBound)
    }
    if lastRow < rows.upperBound {
      copy(UInt32.self, lastRow..<rows.upperBound, columns.lowerBound..<lastColumn)
    }
  }

  /// 4 × 4 elements of 4 bytes.
  @inline(__always)
  private func copyQuad(_ row: Int, _ column: Int) {
    let from = source + (row &* 4 &+ column &* columnStride)
    let a = from.loadUnaligned(as: SIMD4<UInt32>.self)
    let b = from.loadUnaligned(fromByteOffset: columnStride, as: SIMD4<UInt32>.self)
    let c = from.loadUnaligned(fromByteOffset: 2 &* columnStride, as: SIMD4<UInt32>.self)
    let d = from.loadUnaligned(fromByteOffset: 3 &* columnStride, as: SIMD4<UInt32>.self)
    let to = target + (row &* rowStride &+ column &* 4)
    to.storeBytes(of: SIMD4(a[0], b[0], c[0], d[0]), as: SIMD4<UInt32>.self)
    to.storeBytes(
      of: SIMD4(a[1], b[1], c[1], d[1]), toByteOffset: rowStride, as: SIMD4<UInt32>.self)
    to.storeBytes(
      of: SIMD4(a[2], b[2], c[2], d[2]), toByteOffset: 2 &* rowStride, as: SIMD4<UInt32>.self)
    to.storeBytes(
      of: SIMD4(a[3], b[3], c[3], d[3]), toByteOffset: 3 &* rowStride, as: SIMD4<UInt32>.self)
  }
}
