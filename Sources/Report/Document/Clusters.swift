import Optimizer
import TFLite

extension ReportDocument {
  /// The number of values that `cluster` was asked for, and the number in the written file.
  package struct Clusters: Sendable {
    /// The greatest number of distinct values.
    package let asked: Int
    package let scope: ClusterScope
    /// √ (Σ (value − cluster's value)² ÷ Σ value²).
    package let error: Double
    /// A bound on how far the squared error is above the least possible one, as a share.
    package let excess: Double
    let layout: ChannelLayout
    /// Distinct values in the written file: of the tensor, or of the channel with the most; nil if
    /// no file was examined.
    package internal(set) var found: Int?
    /// Whether `found` is the number of a channel.
    package internal(set) var isOfChannel = false

    init(_ weight: ClusteredWeight) {
      asked = weight.clusters
      scope = weight.scope
      error = weight.relativeError.squareRoot()
      excess = weight.excess
      layout = weight.layout
    }

    package var isKept: Bool { found.map { $0 <= asked } ?? true }
  }

  /// Counts the distinct values of every clustered weight in the file that was written.
  mutating func countClusters(in file: ModelFile) {
    let stored = Dictionary(
      uniqueKeysWithValues: StoredConstant.all(in: file.model).map { ($0.id, $0.source) })
    for index in tensors.indices {
      guard var clusters = tensors[index].clusters,
        let source = tensors[index].reader.flatMap({ stored[$0] }),
        case .file(let range)? = file.model.data(of: source),
        let bits = file.model[source].type.bits
      else { continue }
      // A float of a shared codebook is an integer times its channel's scale.
      let isFloat = tensors[index].after.isFloat
      clusters.isOfChannel = clusters.scope != .tensor && (isFloat || clusters.scope == .channel)
      let layout = clusters.isOfChannel ? clusters.layout : .perTensor
      let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
      clusters.found = DistinctValues.most(in: bytes, width: max(1, bits / 8), layout)
      file.file.release(range)
      tensors[index].clusters = clusters
    }
  }
}

/// Counts distinct values.
private struct DistinctValues {
  /// Counting stops at this number of values: no codebook has as many.
  private static let limit = 1024
  private var keys = [UInt32](repeating: 0, count: 4096)
  /// The round in which a slot was filled.
  private var rounds = [Int32](repeating: 0, count: 4096)
  private var round: Int32 = 0
  private var count = 0

  /// Returns the greatest number of distinct values in a channel; elements have 1, 2 or 4 bytes.
  static func most(in bytes: UnsafeRawBufferPointer, width: Int, _ layout: ChannelLayout) -> Int {
    let elements = bytes.count / width
    let (inner, period) = (layout.inner, layout.inner * layout.channels)
    var values = DistinctValues()
    var most = 0
    for channel in 0..<layout.channels {
      values.start()
      if layout.channels == 1 {
        values.add(bytes, width, 0..<elements)
      } else {
        for start in stride(from: channel * inner, to: elements, by: period) {
          values.add(bytes, width, start..<min(start + inner, elements))
        }
      }
      most = max(most, values.count)
    }
    return most
  }

  private mutating func start() {
    round += 1
    count = 0
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer, _ width: Int, _ range: Range<Int>) {
    for index in range {
      guard count < Self.limit else { return }
      let key: UInt32 =
        switch width {
        case 1: UInt32(bytes[index])
        case 2: UInt32(bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        default: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
        }
      var slot = Int((key &* 0x9E37_79B1) >> 20)
      while rounds[slot] == round, keys[slot] != key { slot = (slot + 1) & 4095 }
      if rounds[slot] != round {
        rounds[slot] = round
        keys[slot] = key
        count += 1
      }
    }
  }
}
