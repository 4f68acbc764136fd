import FlatBuffers

/// The metadata `model_control_dependencies`: for each subgraph, pairs of operator indices whose
/// order must hold beyond data flow.
///
/// Encoding (LiteRT `control_edges.cc`): unsigned LEB128 version 1, count of subgraphs, then for
/// each a count and its pairs, each index zigzag-coded.
struct ControlDependencies: Equatable {
  static let metadataName: Text = "model_control_dependencies"

  var edges: [[(from: Int32, to: Int32)]] = []

  /// Returns nil when `bytes` are not in this encoding.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard Self.number(&rest) == 1, let subgraphs = Self.number(&rest), subgraphs <= bytes.count
    else { return nil }
    for _ in 0..<subgraphs {
      guard let count = Self.number(&rest), count <= bytes.count else { return nil }
      var list: [(Int32, Int32)] = []
      for _ in 0..<count {
        guard let from = Self.number(&rest), let to = Self.number(&rest) else { return nil }
        list.append((Self.unzigzag(from), Self.unzigzag(to)))
      }
      edges.append(list)
    }
  }

  static func == (a: Self, b: Self) -> Bool { a.encoded == b.encoded }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    Self.append(1, to: &bytes)
    Self.append(UInt32(edges.count), to: &bytes)
    for list in edges {
      Self.append(UInt32(list.count), to: &bytes)
      for edge in list {
        Self.append(Self.zigzag(edge.from), to: &bytes)
        Self.append(Self.zigzag(edge.to), to: &bytes)
      }
    }
    return bytes
  }

  /// Moves operator `i` to `places[i]`; edges of a removed operator (−1) go with it.
  mutating func remap(subgraph: Int, _ places: [Int32]) {
    guard edges.indices.contains(subgraph) else { return }
    edges[subgraph] = edges[subgraph].compactMap { edge in
      guard places.indices.contains(Int(edge.from)), places.indices.contains(Int(edge.to)),
        places[Int(edge.from)] >= 0, places[Int(edge.to)] >= 0
      else { return nil }
      return (places[Int(edge.from)], places[Int(edge.to)])
    }
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = bytes.popFirst(), shift < 35 {
      value |= UInt64(byte & 0x7F) << shift
      guard byte & 0x80 != 0 else { return UInt32(exactly: value) }
      shift += 7
    }
    return nil
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func zigzag(_ value: Int32) -> UInt32 {
    UInt32(bitPattern: (value << 1) ^ (value >> 31))
  }

  private static func unzigzag(_ value: UInt32) -> Int32 {
    Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
  }
}
