import Compression
import Platform
import TFLite

/// The costly figures of a report: digests, deflate, entropy. They are computed only if asked for.
package struct Measurement {
  private let meter = DeflateMeter()
  private let level: DeflateLevel
  private let threads: Int

  /// `level` 9 measures both levels.
  package init(level: Int, threads: Int) {
    self.level = level == 9 ? .nine : .six
    self.threads = threads
  }

  package var deflateBy: String { meter.name }

  /// Returns the digest in hexadecimal.
  package static func sha256(_ map: MappedFile) -> String {
    var digest = SHA256()
    map.forEachPart { digest.append($0) }
    return SHA256.hexadecimal(digest.finish())
  }

  /// Returns the size of the whole file under deflate level 6.
  package func download(_ map: MappedFile) -> Int { deflate(map, .six) }

  private func deflate(_ map: MappedFile, _ level: DeflateLevel) -> Int {
    meter.size(level: level) { append in map.forEachPart(append) }
  }

  /// Returns the figures of a file; `statistics` are those of its constants, by stored tensor.
  package func compressibility(
    of map: MappedFile, statistics: [ReportDocument.Statistics], elementBytes: [Int],
    elements: [Int]
  ) -> ReportDocument.Compressibility {
    var bound = map.bytes.count
    for (index, entry) in statistics.enumerated() {
      let ideal = Int((Double(elements[index]) * entry.entropyBits / 8).rounded(.up))
      bound -= elementBytes[index] - min(ideal, elementBytes[index])
    }
    return ReportDocument.Compressibility(
      raw: map.bytes.count, deflate6: deflate(map, .six),
      deflate9: level == .nine ? deflate(map, .nine) : nil, entropyBound: bound)
  }

  /// Returns the statistics of the data of `tensor`; nil for types whose elements do not take whole
  /// bytes.
  package func statistics(
    of tensor: Tensor, in file: ModelFile
  ) throws -> (statistics: ReportDocument.Statistics, bytes: Int, elements: Int)? {
    guard let data = file.model.data(of: tensor), case .file(let range) = data,
      let bits = tensor.type.bits, let kind = tensor.type.elementKind,
      var counter = ByteStatisticsCounter(kind: kind)
    else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    if bits < 8 {
      Self.unpacked(bytes, bits: bits, count: tensor.elementCount ?? 0)
        .withUnsafeBytes { counter.append($0) }
    } else {
      counter.append(bytes)
    }
    let result = counter.finish()
    let deflate = meter.size(level: .six) { $0(bytes) }
    file.file.release(range)
    return (
      ReportDocument.Statistics(
        zeros: result.zeros, distinct: result.distinct, entropyBits: result.entropyBits,
        deflate: deflate), range.count, result.elements
    )
  }
}

extension Measurement {
  /// Returns elements below eight bits, one per byte; the first element is in the lowest bits.
  private static func unpacked(
    _ bytes: UnsafeRawBufferPointer, bits: Int, count: Int
  ) -> [UInt8] {
    let perByte = 8 / bits
    return (0..<min(count, bytes.count * perByte)).map { index in
      bytes[index / perByte] >> UInt8(index % perByte * bits) & UInt8((1 << bits) - 1)
    }
  }
}

extension MappedFile {
  /// Passes on the bytes in parts of some megabytes and unmaps each part afterwards.
  fileprivate func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    let step = 8 << 20
    for start in stride(from: 0, to: bytes.count, by: step) {
      let end = min(start + step, bytes.count)
      body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      release(start..<end)
    }
  }
}

extension TensorType {
  fileprivate var elementKind: ElementKind? {
    switch self {
    case .float32: .float32
    case .float16, .bfloat16: .float16
    case .float64: .float64
    case .string, .resource, .variant: nil
    default: bits.flatMap { $0 <= 64 ? .integer(bytes: max(1, $0 / 8)) : nil }
    }
  }
}
