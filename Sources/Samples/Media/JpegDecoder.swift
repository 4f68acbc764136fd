/// Decodes JPEG: sequential and progressive, gray, three colors and CMYK in any whole-numbered
/// sampling, with the pixels that libjpeg and Pillow produce by default.
///
/// Source: ITU-T T.81; JFIF 1.02; the APP14 segment of Adobe.
struct JpegDecoder {
  private var cursor: ByteCursor
  private var quantizers = [[Int32]?](repeating: nil, count: 4)
  private var dcTables = [JpegHuffman?](repeating: nil, count: 4)
  private var acTables = [JpegHuffman?](repeating: nil, count: 4)
  private var restartInterval = 0
  private var hasJFIF = false
  private var adobeTransform: Int?
  private var orientation: Int?
  private var blocks: JpegBlocks?

  static func decode(_ bytes: UnsafeRawBufferPointer) throws(MediaProblem) -> Picture {
    var decoder = JpegDecoder(cursor: ByteCursor(bytes, .jpeg, part: "its first marker"))
    return try decoder.run()
  }

  private init(cursor: ByteCursor) { self.cursor = cursor }

  private mutating func run() throws(MediaProblem) -> Picture {
    guard cursor.bytes.prefix(2).elementsEqual([0xFF, 0xD8]) else {
      throw cursor.problem(.otherFormat)
    }
    try cursor.skip(2)
    while true {
      let marker = try nextMarker()
      switch marker {
      case 0xD9: return try finish()
      // Restart markers and TEM stand alone.
      case 0x01, 0xD0...0xD7: continue
      case 0xD8: throw cursor.corrupt("a second image begins")
      default: break
      }
      cursor.part = "a segment"
      let size = try cursor.big16()
      guard size >= 2 else { throw cursor.corrupt("a segment has \(size) bytes") }
      var segment = ByteCursor(try cursor.take(size - 2), .jpeg, part: "a segment")
      do throws(MediaProblem) {
        try read(marker, &segment)
      } catch {
        // Positions within the segment become positions in the file.
        var located = error
        located.offset += cursor.position - (size - 2)
        throw located
      }
      if marker == 0xDA { try decodeScan(segment) }
    }
  }

  /// Finds the next marker; bytes before it are padding.
  private mutating func nextMarker() throws(MediaProblem) -> Int {
    cursor.part = "its markers, before the last"
    while true {
      while try cursor.byte() != 0xFF {}
      var marker = 0xFF
      while marker == 0xFF { marker = try cursor.byte() }
      if marker != 0 { return marker }
    }
  }

  // MARK: Segments

  private mutating func read(_ marker: Int, _ segment: inout ByteCursor) throws(MediaProblem) {
    switch marker {
    case 0xC0, 0xC1, 0xC2:
      guard blocks == nil else { throw segment.corrupt("it has two frames") }
      let frame = try JpegFrame(
        &segment, isProgressive: marker == 0xC2, fileSize: cursor.bytes.count)
      blocks = JpegBlocks(frame)
    case 0xC4: try readHuffman(&segment)
    case 0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
      let names = [0xC3: "lossless coding", 0xC9: "arithmetic coding", 0xCA: "arithmetic coding"]
      throw segment.problem(.unsupported(names[marker] ?? "a rare kind of coding"))
    case 0xDB: try readQuantizers(&segment)
    case 0xDD: restartInterval = try segment.big16()
    case 0xE0: hasJFIF = hasJFIF || segment.bytes.prefix(5).elementsEqual("JFIF\0".utf8)
    case 0xE1: orientation = orientation ?? ExifOrientation.value(inSegment: segment.bytes)
    case 0xEE
    where segment.bytes.count >= 12 && segment.bytes.prefix(5).elementsEqual("Adobe".utf8):
      adobeTransform = Int(segment.bytes[11])
    default: break
    }
  }

  private mutating func readQuantizers(_ segment: inout ByteCursor) throws(MediaProblem) {
    while segment.remaining > 0 {
      let head = try segment.byte()
      guard head >> 4 <= 1, head & 15 < 4 else {
        throw segment.corrupt("quantization table \(head & 15) does not exist")
      }
      var table = [Int32](repeating: 0, count: 64)
      for index in 0..<64 {
        table[JpegEntropy.order[index]] =
          Int32(head >> 4 == 0 ? try segment.byte() : try segment.big16())
      }
      quantizers[head & 15] = table
    }
  }

  private mutating func readHuffman(_ segment: inout ByteCursor) throws(MediaProblem) {
    while segment.remaining > 0 {
      let head = try segment.byte()
      guard head >> 4 <= 1, head & 15 < 4 else {
        throw segment.corrupt("Huffman table \(head & 15) does not exist")
      }
      let counts = try segment.take(16).map(Int.init)
      let count = counts.reduce(0, +)
      guard count <= 256 else { throw segment.corrupt("a Huffman table has \(count) codes") }
      let symbols = [UInt8](try segment.take(count))
      guard let table = JpegHuffman(counts: counts, symbols: symbols) else {
        throw segment.corrupt("a Huffman table is no prefix code")
      }
      if head >> 4 == 0 { dcTables[head & 15] = table } else { acTables[head & 15] = table }
    }
  }

  // MARK: Scans

  private mutating func decodeScan(_ segment: ByteCursor) throws(MediaProblem) {
    guard let blocks else { throw cursor.corrupt("a scan comes before its frame") }
    var header = segment
    let scan = try JpegScan(&header, blocks.frame)
    for part in scan.parts {
      guard let table = quantizers[blocks.frame.components[part.component].table] else {
        throw cursor.corrupt("a scan has no quantization table")
      }
      blocks.begin(part.component, quantizer: table)
    }
    let needsDC = scan.firstCoefficient == 0 && scan.highBit == 0
    let needsAC = scan.lastCoefficient > 0
    var tables: [(dc: JpegHuffman, ac: JpegHuffman)] = []
    for part in scan.parts {
      let (dc, ac) = (dcTables[part.dcTable], acTables[part.acTable])
      guard dc != nil || !needsDC, ac != nil || !needsAC else {
        throw cursor.corrupt("a scan has no Huffman table")
      }
      guard let any = dc ?? ac ?? JpegHuffman(counts: Array(repeating: 0, count: 16), symbols: [])
      else { continue }
      tables.append((dc ?? any, ac ?? any))
    }
    let failure = Self.decode(
      scan, blocks, restartInterval, cursor, tables.map { JpegTables($0.dc, $0.ac) })
    switch failure {
    case (nil, let position): try cursor.seek(position)
    case (.badCode?, let position):
      throw cursor.problem(.corrupt("its pixels have an invalid code"), at: position)
    case (.cutOff?, let position):
      throw cursor.problem(.cutOff("its pixels"), at: position)
    case (.noRestart?, let position):
      throw cursor.problem(.corrupt("a restart marker is missing"), at: position)
    }
  }

  /// Returns why decoding stopped, and where.
  private static func decode(
    _ scan: JpegScan, _ blocks: JpegBlocks, _ restartInterval: Int, _ cursor: ByteCursor,
    _ tables: [JpegTables]
  ) -> (JpegEntropy.Failure?, Int) {
    guard let base = cursor.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      return (.cutOff, 0)
    }
    return JpegEntropy.order.withUnsafeBufferPointer { order in
      guard let order = order.baseAddress else { return (.cutOff, 0) }
      var entropy = JpegEntropy(
        scan, blocks.frame, restartInterval: restartInterval, cursor.bytes, base,
        from: cursor.position, tables: tables.map { ($0.dc.pointer, $0.ac.pointer) })
      defer { withExtendedLifetime(tables) {} }
      do throws(JpegEntropy.Failure) {
        try entropy.run(blocks, order)
        return (nil, entropy.bits.position)
      } catch {
        return (error, entropy.bits.position)
      }
    }
  }

  private func finish() throws(MediaProblem) -> Picture {
    guard let blocks, blocks.begun.count == blocks.frame.components.count else {
      throw cursor.corrupt("it ends before all of its components")
    }
    var picture = blocks.picture(isYCbCr: isYCbCr(blocks.frame))
    picture.orientation = orientation ?? 1
    return picture
  }

  private func isYCbCr(_ frame: JpegFrame) -> Bool {
    // Of four components only Adobe's transform says that they are YCCK.
    guard frame.components.count == 3 else { return adobeTransform == 2 }
    if hasJFIF { return true }
    return adobeTransform.map { $0 != 0 }
      ?? (frame.components.map(\.id) != Array("RGB".utf8).map(Int.init))
  }
}

/// Huffman tables with addresses that are stable while a scan is decoded.
private struct JpegTables {
  final class Storage {
    let pointer: JpegTablePointer
    private let look: UnsafeMutablePointer<UInt16>
    private let limit: UnsafeMutablePointer<Int32>
    private let offset: UnsafeMutablePointer<Int32>
    private let symbols: UnsafeMutablePointer<UInt8>

    init(_ table: JpegHuffman) {
      func copy<T: BitwiseCopyable>(_ array: [T]) -> UnsafeMutablePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: array.count)
        for (index, element) in array.enumerated() { (memory + index).initialize(to: element) }
        return memory
      }
      (look, limit) = (copy(table.look), copy(table.limit))
      (offset, symbols) = (copy(table.offset), copy(table.symbols))
      pointer = JpegTablePointer(look: look, limit: limit, offset: offset, symbols: symbols)
    }

    deinit {
      look.deallocate()
      limit.deallocate()
      offset.deallocate()
      symbols.deallocate()
    }
  }

  let dc: Storage
  let ac: Storage

  init(_ dc: JpegHuffman, _ ac: JpegHuffman) {
    self.dc = Storage(dc)
    self.ac = Storage(ac)
  }
}
