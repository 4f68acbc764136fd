/// Counts of whole elements, or of their byte positions if there are too many distinct elements.
struct ElementTally: Sendable {
  /// The counts of 4-byte elements have 32 bits.
  private static let elementLimit = Int(UInt32.max)
  /// With a single table, equal neighbours would wait for each other's count.
  private static let byteTables = 4

  private let kind: ElementKind
  private let width: Int
  private var elements = 0
  private var zeros = 0
  /// Counts of whole elements of one byte, in several tables, or of two bytes.
  private var histogram: [Int]
  /// Counts of 4-byte elements, until there are too many.
  private var words: DistinctCounter?
  /// Counts of 8-byte elements, until there are too many: biases of 16x8 models, which are short.
  private var longs: [UInt64: Int]? = [:]
  private static let longLimit = 1 << 20
  /// 256 counts for each byte place.
  private var planes: [Int]

  init(kind: ElementKind, distinctLimit: Int) {
    self.kind = kind
    width = kind.byteCount
    let symbols = width == 1 ? 256 * Self.byteTables : width == 2 ? 65536 : 0
    histogram = [Int](repeating: 0, count: symbols)
    words = width == 4 ? DistinctCounter(limit: distinctLimit) : nil
    planes = [Int](repeating: 0, count: width >= 4 ? 256 * width : 0)
  }

  var statistics: ByteStatistics {
    switch width {
    case 1:
      let counts = (0..<256).map { byte in
        stride(from: byte, to: histogram.count, by: 256).reduce(0) { $0 + histogram[$1] }
      }
      return statistics(counts, zeros: counts[0])
    case 2:
      return statistics(histogram, zeros: histogram[0] + (kind == .float16 ? histogram[0x8000] : 0))
    default:
      if let words {
        return result(zeros, words.distinct, Entropy.bits(of: words.counts, total: elements))
      }
      if width == 8, let longs {
        // The order of a dictionary differs between processes, and so would the sum of floats.
        return result(zeros, longs.count, Entropy.bits(of: longs.values.sorted(), total: elements))
      }
      let entropy = stride(from: 0, to: planes.count, by: 256).reduce(0.0) {
        $0 + Entropy.bits(of: planes[$1..<$1 + 256], total: elements)
      }
      return result(zeros, nil, entropy)
    }
  }

  private func statistics(_ counts: [Int], zeros: Int) -> ByteStatistics {
    result(zeros, counts.count { $0 > 0 }, Entropy.bits(of: counts, total: elements))
  }

  private func result(_ zeros: Int, _ distinct: Int?, _ entropy: Double) -> ByteStatistics {
    ByteStatistics(
      elements: elements, zeros: zeros, distinct: distinct, entropyBits: entropy,
      isEntropyByBytePlane: distinct == nil)
  }

  /// Counts whole elements; `bytes` is a multiple of their size.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    let count = bytes.count / width
    elements += count
    switch width {
    case 1: addBytes(base, count)
    case 2: addPairs(base, count)
    case 4: addWords(base, count)
    default: addLongs(base, count)
    }
  }

  private mutating func addBytes(_ base: UnsafeRawPointer, _ count: Int) {
    histogram.withUnsafeMutableBufferPointer { counts in
      var index = 0
      while index &+ 4 <= count {
        for table in 0..<4 {
          let byte = base.load(fromByteOffset: index &+ table, as: UInt8.self)
          counts[table &* 256 &+ Int(byte)] &+= 1
        }
        index &+= 4
      }
      while index < count {
        counts[Int(base.load(fromByteOffset: index, as: UInt8.self))] &+= 1
        index &+= 1
      }
    }
  }

  private mutating func addPairs(_ base: UnsafeRawPointer, _ count: Int) {
    histogram.withUnsafeMutableBufferPointer { counts in
      for index in 0..<count {
        let pair = base.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
        counts[Int(UInt16(littleEndian: pair))] &+= 1
      }
    }
  }

  private mutating func addWords(_ base: UnsafeRawPointer, _ count: Int) {
    // Zero has the same bytes in both orders; the sign bit does not.
    let mask = UInt32(truncatingIfNeeded: kind.zeroMask).littleEndian
    var found = 0
    for index in 0..<count {
      let word = base.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
      found &+= word & mask == 0 ? 1 : 0
    }
    zeros += found
    var taken = 0
    if var counter = words {
      // If there were two owners, the first change would copy the table.
      words = nil
      taken = elements <= Self.elementLimit ? counter.add(count, at: base) : 0
      if taken == count {
        words = counter
        return
      }
      // Elements that were counted whole are counted again by byte positions.
      for entry in counter.entries { addToPlanes(entry.key, count: entry.count) }
    }
    planes.withUnsafeMutableBufferPointer { planes in
      for index in taken &* 4..<count &* 4 {
        let byte = base.load(fromByteOffset: index, as: UInt8.self)
        planes[(index & 3) &* 256 &+ Int(byte)] &+= 1
      }
    }
  }

  private mutating func addToPlanes(_ word: UInt32, count: Int) {
    withUnsafeBytes(of: word) { bytes in
      for place in 0..<4 { planes[place * 256 + Int(bytes[place])] += count }
    }
  }

  private mutating func addLongs(_ base: UnsafeRawPointer, _ count: Int) {
    if var counter = longs {
      longs = nil
      for index in 0..<count where counter.count <= Self.longLimit {
        let long = base.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        counter[long, default: 0] += 1
      }
      longs = counter.count <= Self.longLimit ? counter : nil
    }
    let mask = kind.zeroMask.littleEndian
    planes.withUnsafeMutableBufferPointer { planes in
      for index in 0..<count {
        let long = base.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        zeros &+= long & mask == 0 ? 1 : 0
        for place in 0..<8 {
          let byte = Int(truncatingIfNeeded: long &>> UInt64(place &* 8)) & 0xFF
          planes[place &* 256 &+ byte] &+= 1
        }
      }
    }
  }
}
