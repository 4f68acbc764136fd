/// A serialized FlatBuffer whose blobs are still to be streamed.
package struct Layout: Sendable {
  package struct PlacedBlob: Sendable {
    /// File offset of the first data byte; the 32-bit length stands right before it.
    package var position: Int
    package var blob: Blob
  }

  /// Everything before the blobs.
  package var head: [UInt8]
  /// The placed blobs in file order, each behind the one before it.
  package var blobs: [PlacedBlob]
  /// The size in bytes with all blobs.
  package var count: Int
}

extension Writer {
  /// Places all nodes, then strings and vectors, then blobs.
  func layout(identifier: [UInt8]) -> Layout {
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
    let leafPositions = leaves.entries.map { leaf in
      let position = aligned(cursor + 4, Int(leaf.tag)) - 4
      cursor = position + leaf.count
      return position
    }
    let headCount = cursor
    let placed = blobs.map { entry in
      let position = aligned(cursor + 4, entry.alignment)
      cursor = position + entry.blob.range.count
      return Layout.PlacedBlob(position: position, blob: entry.blob)
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
}

extension Interner {
  func copy(to out: UnsafeMutableRawBufferPointer, at positions: [Int]) {
    pool.withUnsafeBytes { source in
      for (entry, position) in zip(entries, positions) {
        UnsafeMutableRawBufferPointer(rebasing: out[position...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[entry.start..<entry.start + entry.count]))
      }
    }
  }
}

/// Returns `position` rounded up to a multiple of `alignment`.
@inlinable
package func aligned(_ position: Int, _ alignment: Int) -> Int {
  (position + alignment - 1) / alignment * alignment
}
