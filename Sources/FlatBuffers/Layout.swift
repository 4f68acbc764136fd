/// A serialized FlatBuffer whose blobs are still to be streamed.
package struct Layout: Sendable {
  package struct PlacedBlob: Sendable {
    /// File offset of the first data byte; the 32-bit length stands right before it.
    package var position: Int
    package var blob: Blob
    /// What stands between the one before it, or the head, and its length: zeros, or strings and
    /// vectors that fit there.
    package var gap: [UInt8]
  }

  /// Everything before the blobs.
  package var head: [UInt8]
  /// The placed blobs in file order, each behind the one before it.
  package var blobs: [PlacedBlob]
  /// The size in bytes with all blobs.
  package var count: Int
}

extension Writer {
  /// Places all nodes, then strings and vectors, then blobs. With `isPacked` strings and vectors also
  /// stand in the gaps that the alignment of blobs leaves.
  func layout(identifier: [UInt8], isPacked: Bool) -> Layout {
    var nodePositions = [Int](repeating: 0, count: nodes.count)
    var vtablePositions = [Int](repeating: 0, count: vtables.entries.count)
    var cursor = 4 + identifier.count
    for (index, node) in nodes.enumerated() {
      if let vtable = node.vtable, vtablePositions[vtable] == 0 {
        vtablePositions[vtable] = cursor
        cursor += vtables.entries[vtable].count
      }
      nodePositions[index] = aligned(cursor, node.alignment)
      // Vtables hold 16-bit values, so every end is kept even.
      cursor = aligned(nodePositions[index] + node.count, 2)
    }
    let fillers = isPacked ? self.fillers : [:]
    let inGaps = Set(fillers.values.joined())
    var leafPositions = leaves.entries.indices.map { index in
      if inGaps.contains(index) { return 0 }
      let position = aligned(cursor + 4, Int(leaves.entries[index].tag)) - 4
      cursor = position + leaves.entries[index].count
      return position
    }
    let headCount = cursor
    let placed = blobs.indices.map { index in
      let gapStart = cursor
      var gap: [UInt8] = []
      for leaf in fillers[index] ?? [] {
        cursor = aligned(cursor, 4)
        gap += [UInt8](repeating: 0, count: cursor - gapStart - gap.count) + leaves.bytes(of: leaf)
        leafPositions[leaf] = cursor
        cursor += leaves.entries[leaf].count
      }
      let position = aligned(cursor + 4, blobs[index].alignment)
      gap += [UInt8](repeating: 0, count: position - 4 - gapStart - gap.count)
      cursor = position + blobs[index].blob.range.count
      return Layout.PlacedBlob(position: position, blob: blobs[index].blob, gap: gap)
    }

    func position(_ target: Target) -> Int {
      switch target {
      case .node(let index): nodePositions[index]
      case .leaf(let index): leafPositions[index]
      case .blob(let index): placed[index].position - 4
      }
    }

    var head = [UInt8](repeating: 0, count: headCount)
    head.withUnsafeMutableBytes { out in
      out.storeBytes(of: UInt32(nodePositions[0]).littleEndian, toByteOffset: 0, as: UInt32.self)
      UnsafeMutableRawBufferPointer(rebasing: out[4...]).copyBytes(from: identifier)
      vtables.copy(to: out, at: vtablePositions)
      leaves.copy(to: out, at: leafPositions)
      pool.withUnsafeBytes { source in
        for (index, node) in nodes.enumerated() {
          let base = nodePositions[index]
          UnsafeMutableRawBufferPointer(rebasing: out[base...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[node.start..<node.start + node.count]))
          if let vtable = node.vtable {
            let distance = Int32(truncatingIfNeeded: base - vtablePositions[vtable])
            out.storeBytes(of: distance.littleEndian, toByteOffset: base, as: Int32.self)
          }
          for reference in references[node.references] {
            let at = base + reference.position
            let distance = UInt32(truncatingIfNeeded: position(reference.target) - at)
            out.storeBytes(of: distance.littleEndian, toByteOffset: at, as: UInt32.self)
          }
        }
      }
    }
    return Layout(head: head, blobs: placed, count: cursor)
  }

  /// Strings and vectors that stand before a blob, by its index. Where the first blob begins depends on
  /// the head; the gaps before the others do not.
  private var fillers: [Int: [Int]] {
    var waiting: [Int: [Int]] = [:]
    for (index, leaf) in leaves.entries.enumerated().reversed() where leaf.tag <= 4 {
      waiting[aligned(leaf.count, 4) % 16, default: []].append(index)
    }
    var fillers: [Int: [Int]] = [:]
    for index in blobs.indices.dropFirst()
    where blobs[index].alignment == 16 && blobs[index - 1].alignment == 16 {
      let start = aligned(blobs[index - 1].blob.range.count, 4)
      var room = aligned(start + 4, 16) - 4 - start
      for size in [12, 8, 4] {
        while size <= room, let leaf = waiting[size]?.popLast() {
          fillers[index, default: []].append(leaf)
          room -= size
        }
      }
    }
    return fillers
  }
}

extension Interner {
  /// Copies those that stand within `out`.
  func copy(to out: UnsafeMutableRawBufferPointer, at positions: [Int]) {
    pool.withUnsafeBytes { source in
      for (entry, position) in zip(entries, positions)
      where position + entry.count <= out.count {
        UnsafeMutableRawBufferPointer(rebasing: out[position...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[entry.start..<entry.start + entry.count]))
      }
    }
  }

  func bytes(of index: Int) -> ArraySlice<UInt8> {
    pool[entries[index].start..<entries[index].start + entries[index].count]
  }
}

/// Returns `position` rounded up to a multiple of `alignment`.
@inlinable
package func aligned(_ position: Int, _ alignment: Int) -> Int {
  (position + alignment - 1) / alignment * alignment
}
