import FlatBuffers
import Platform

/// Serializes a model: structure first, then every buffer's data streamed from its recipe.
package struct ModelWriter: Sendable {
  /// FlatBuffers address with signed 32 bits; larger models keep their data behind the FlatBuffer.
  static let inlineLimit = (1 << 31) - (1 << 20)
  package let file: ModelFile
  package let layout: Layout
  /// The model with the data placements of the layout.
  let model: Model
  /// Data of each blob, in file order, then of everything outside the FlatBuffer.
  let data: [(position: Int, data: TensorData)]
  let outside: [(position: Int, data: TensorData)]
  let tailPosition: Int
  /// Size of the whole file in bytes.
  package let count: Int
  package let threads: Int

  /// Lays out `model`, whose data refers to `file`. The layout is packed if the result would
  /// otherwise be larger than `file`. With `outside`, data is placed after the FlatBuffer whatever
  /// its size.
  package init(_ model: Model, of file: ModelFile, threads: Int = 1, outside: Bool = false) {
    self.init(model, of: file, threads, outside, isPacked: false)
    guard count > file.bytes.count else { return }
    let packed = Self(model, of: file, threads, outside, isPacked: true)
    if packed.count < count { self = packed }
  }

  private init(
    _ model: Model, of file: ModelFile, _ threads: Int, _ outside: Bool, isPacked: Bool
  ) {
    func layout(_ model: Model) -> Layout {
      FlatBuffer.layout(model, identifier: "TFL3", isPacked: isPacked)
    }
    self.file = file
    self.threads = threads
    var model = model
    let isUnchanged = model == file.model
    let unique = model.assignKeys()
    var placed = layout(model)
    var placedOutside: [(position: Int, data: TensorData)] = []
    if outside || placed.count > Self.inlineLimit || model.hasLargeCustomOptions {
      let inside = !outside && placed.count <= Self.inlineLimit
      // A field takes the same room whatever its value, so the second layout has the same size.
      _ = model.placeOutside(from: 1 << 40, unique, leavingBuffersInside: inside)
      let start = aligned(layout(model).count + 16, 16)
      placedOutside = model.placeOutside(from: start, unique, leavingBuffersInside: inside)
      placed = layout(model)
    }
    self.layout = placed
    self.model = model
    self.outside = placedOutside
    data = placed.blobs.map { ($0.position, unique[$0.blob.key]) }
    // XNNPACK reads up to 16 bytes past the last data outside the FlatBuffer.
    let end = placedOutside.last.map { $0.position + $0.data.count + 16 } ?? placed.count
    switch file.tail {
    case .none:
      tailPosition = end
      count = end
    case .zip(let zip):
      tailPosition = end
      count = end + zip.range.count
    case .unknown(let range):
      // Unknown bytes may be referred to by absolute offsets, so a rewrite keeps their place.
      let stays = isUnchanged && end <= range.lowerBound
      tailPosition = stays ? range.lowerBound : aligned(end, 16)
      count = tailPosition + range.count
    }
  }

  /// Writes the whole file, from byte `start` of the output on, and returns its checksum.
  package func write(to output: OutputFile, at start: Int = 0) throws -> UInt64 {
    try WritePlan(pieces(), threads: threads, source: file.file).run(output, at: start)
  }

  /// Passes on the bytes of the whole file, in order, without writing it.
  package func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try WritePlan(pieces(), threads: 1, source: file.file).forEachPart(body)
  }

  /// Returns the file from its first byte to its last.
  private func pieces() throws(ModelFault) -> [WritePlan.Piece] {
    var pieces: [WritePlan.Piece] = [.bytes(layout.head)]
    var position = layout.head.count
    func pad(to target: Int) {
      if target > position {
        pieces.append(.bytes([UInt8](repeating: 0, count: target - position)))
      }
      position = target
    }
    for (blob, (start, data)) in zip(layout.blobs, data) {
      pieces.append(.bytes(blob.gap))
      pieces.append(.bytes(withUnsafeBytes(of: UInt32(data.count).littleEndian) { Array($0) }))
      pieces.append(.data(data))
      position = start + data.count
    }
    for (start, data) in outside {
      pad(to: start)
      pieces.append(.data(data))
      position = start + data.count
    }
    if let range = file.tail.range {
      pad(to: tailPosition)
      if case .zip(let zip) = file.tail {
        guard let moved = zip.relocated(file: file.bytes, to: tailPosition) else {
          throw ModelFault.tailTooFar(position: tailPosition)
        }
        pieces.append(.bytes(moved))
      } else {
        pieces.append(.data(.file(range)))
      }
      position = tailPosition + range.count
    }
    pad(to: count)
    return pieces
  }

  /// Whether `other` equals the model that was laid out: equal fields everywhere, and data of equal
  /// length. The checksum covers the bytes themselves.
  package func hasSameStructure(as other: Model) -> Bool {
    func withoutPlacement(_ model: Model) -> Model {
      var model = model
      for index in model.buffers.indices {
        model.buffers[index].data = model.buffers[index].data.map { .file(0..<$0.count) }
      }
      for s in model.subgraphs.indices {
        for o in model.subgraphs[s].operators.indices {
          let count = model.subgraphs[s].operators[o].largeCustomOptions?.count
          model.subgraphs[s].operators[o].largeCustomOptions = count.map { 0..<$0 }
          model.subgraphs[s].operators[o].largeCustomOptionsOffset = 0
          model.subgraphs[s].operators[o].largeCustomOptionsSize = 0
        }
      }
      return model
    }
    return withoutPlacement(model) == withoutPlacement(other)
  }
}

extension Model {
  fileprivate var hasLargeCustomOptions: Bool {
    subgraphs.contains { $0.operators.contains { $0.largeCustomOptions != nil } }
  }

  /// Numbers the distinct data of all buffers; equal data gets one key and is stored once.
  fileprivate mutating func assignKeys() -> [TensorData] {
    var unique: [TensorData] = []
    var places: [Range<Int>: Int] = [:]
    var contents: [[UInt8]: Int] = [:]
    var recipes: [ObjectIdentifier: Int] = [:]
    for index in buffers.indices {
      buffers[index].isOutside = false
      guard let data = buffers[index].data else { continue }
      let known: Int?
      let next = unique.count
      switch data {
      case .file(let range):
        known = places[range]
        if known == nil { places[range] = next }
      case .bytes(let bytes):
        known = contents[bytes]
        if known == nil { contents[bytes] = next }
      case .deferred(let deferred):
        known = recipes[ObjectIdentifier(deferred)]
        if known == nil { recipes[ObjectIdentifier(deferred)] = next }
      }
      buffers[index].key = known ?? next
      if known == nil { unique.append(data) }
    }
    return unique
  }

  /// Places data after the FlatBuffer from `start` on, 16-aligned; small data stays inside.
  fileprivate mutating func placeOutside(
    from start: Int, _ unique: [TensorData], leavingBuffersInside: Bool
  ) -> [(position: Int, data: TensorData)] {
    var cursor = start
    var placed: [(position: Int, data: TensorData)] = []
    var positions: [Int: Int] = [:]
    func place(_ data: TensorData) -> Int {
      let position = aligned(cursor, 16)
      placed.append((position, data))
      cursor = position + data.count
      return position
    }
    for index in buffers.indices where !leavingBuffersInside {
      guard let data = buffers[index].data, data.count >= 1024 else { continue }
      let key = buffers[index].key
      let position = positions[key] ?? place(data)
      positions[key] = position
      buffers[index].isOutside = true
      buffers[index].offset = UInt64(position)
      buffers[index].size = UInt64(data.count)
    }
    for subgraph in subgraphs.indices {
      for index in subgraphs[subgraph].operators.indices {
        guard let range = subgraphs[subgraph].operators[index].largeCustomOptions else { continue }
        let position = place(.file(range))
        subgraphs[subgraph].operators[index].largeCustomOptionsOffset = UInt64(position)
        subgraphs[subgraph].operators[index].largeCustomOptionsSize = UInt64(range.count)
      }
    }
    return placed
  }
}
