/// A JPEG image's frame: its size and components. Source: ITU-T T.81, B.2.2.
struct JpegFrame {
  struct Component {
    let id: Int
    let horizontal: Int
    let vertical: Int
    let table: Int
    /// Samples of the component, without padding.
    var width = 0
    var height = 0
    /// Blocks per row, padded to whole MCUs; the next counts them per column.
    var blocksAcross = 0
    var blocksDown = 0
    /// The index of the component's first block among the coefficients of the image.
    var firstBlock = 0

    /// Blocks per row in scans of this component alone.
    var ownAcross: Int { (width + 7) / 8 }
    var ownDown: Int { (height + 7) / 8 }
  }

  let isProgressive: Bool
  let width: Int
  let height: Int
  let maxHorizontal: Int
  let maxVertical: Int
  let mcusAcross: Int
  let mcusDown: Int
  let blocks: Int
  let components: [Component]

  /// `cursor` is at the beginning of a frame header's contents.
  init(
    _ cursor: inout ByteCursor, isProgressive: Bool, fileSize: Int
  ) throws(MediaProblem) {
    self.isProgressive = isProgressive
    let precision = try cursor.byte()
    guard precision == 8 else {
      throw cursor.problem(.unsupported("\(precision) bits for each sample"))
    }
    let height = try cursor.big16()
    let width = try cursor.big16()
    let count = try cursor.byte()
    try Picture.check(width: width, height: height, cursor)
    (self.width, self.height) = (width, height)
    guard count == 1 || count == 3 || count == 4 else {
      throw cursor.problem(.unsupported("\(count) components"))
    }
    var components: [Component] = []
    for _ in 0..<count {
      let id = try cursor.byte()
      let sampling = try cursor.byte()
      let table = try cursor.byte()
      guard (1...4).contains(sampling >> 4), (1...4).contains(sampling & 15), table < 4 else {
        throw cursor.corrupt("component \(id) has sampling factors that do not exist")
      }
      guard !components.contains(where: { $0.id == id }) else {
        throw cursor.corrupt("component \(id) comes twice")
      }
      components.append(
        Component(id: id, horizontal: sampling >> 4, vertical: sampling & 15, table: table))
    }
    let maxH = components.map(\.horizontal).max() ?? 1
    let maxV = components.map(\.vertical).max() ?? 1
    guard components.allSatisfy({ maxH % $0.horizontal == 0 && maxV % $0.vertical == 0 }) else {
      throw cursor.problem(.unsupported("fractional sampling"))
    }
    (maxHorizontal, maxVertical) = (maxH, maxV)
    mcusAcross = (width + 8 * maxH - 1) / (8 * maxH)
    mcusDown = (height + 8 * maxV - 1) / (8 * maxV)
    var blocks = 0
    for index in components.indices {
      let (h, v) = (components[index].horizontal, components[index].vertical)
      components[index].width = (width * h + maxH - 1) / maxH
      components[index].height = (height * v + maxV - 1) / maxV
      components[index].blocksAcross = mcusAcross * h
      components[index].blocksDown = mcusDown * v
      components[index].firstBlock = blocks
      blocks += mcusAcross * h * mcusDown * v
    }
    self.blocks = blocks
    self.components = components
    // A block takes at least one bit, so the file's size bounds memory.
    guard blocks / 16 <= fileSize else {
      throw cursor.corrupt("it is too short for \(width) × \(height) pixels")
    }
  }
}

/// The content of one scan of a JPEG image.
struct JpegScan {
  struct Part {
    let component: Int
    let dcTable: Int
    let acTable: Int
  }

  let parts: [Part]
  let firstCoefficient: Int
  let lastCoefficient: Int
  /// The bits of coefficients that earlier scans decoded and that this scan decodes; 0, 0 for a
  /// sequential image.
  let highBit: Int
  let lowBit: Int

  init(_ cursor: inout ByteCursor, _ frame: JpegFrame) throws(MediaProblem) {
    let count = try cursor.byte()
    guard (1...frame.components.count).contains(count) else {
      throw cursor.corrupt("a scan has \(count) components")
    }
    var parts: [Part] = []
    for _ in 0..<count {
      let id = try cursor.byte()
      let tables = try cursor.byte()
      guard let index = frame.components.firstIndex(where: { $0.id == id }),
        !parts.contains(where: { $0.component == index })
      else { throw cursor.corrupt("a scan has component \(id)") }
      guard tables >> 4 < 4, tables & 15 < 4 else {
        throw cursor.corrupt("a scan has a Huffman table that does not exist")
      }
      parts.append(Part(component: index, dcTable: tables >> 4, acTable: tables & 15))
    }
    self.parts = parts
    let first = try cursor.byte()
    let last = try cursor.byte()
    let bits = try cursor.byte()
    let isProgressive = frame.isProgressive
    (firstCoefficient, lastCoefficient) = isProgressive ? (first, last) : (0, 63)
    (highBit, lowBit) = isProgressive ? (bits >> 4, bits & 15) : (0, 0)
    guard isProgressive else { return }
    let isDC = first == 0 && last == 0
    let isAC = first > 0 && first <= last && last < 64 && count == 1
    guard isDC || isAC, lowBit <= 13, highBit == 0 || highBit == lowBit + 1 else {
      throw cursor.corrupt("a scan of coefficients \(first) to \(last) cannot be")
    }
  }
}
