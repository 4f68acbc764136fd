/// Runs of bytes at even distances.
struct Lines {
  let source: UnsafeRawPointer
  let target: UnsafeMutableRawPointer
  let count: Int
  let sourceStride: Int
  let targetStride: Int
  let run: Int

  init(
    source: UnsafeRawPointer, target: UnsafeMutableRawPointer, count: Int,
    _ dimension: StridedCopy.Dimension, _ run: Int
  ) {
    self.source = source
    self.target = target
    self.count = count
    sourceStride = dimension.source
    targetStride = dimension.target
    self.run = run
  }

  func copy() {
    switch run {
    case 1: copy(UInt8.self)
    case 2: copy(UInt16.self)
    case 4: copy(UInt32.self)
    case 8: copy(UInt64.self)
    case 16: copy(SIMD2<UInt64>.self)
    case 9..<16: copyHalves(UInt64.self)
    case 17...32: copyHalves(SIMD2<UInt64>.self)
    default:
      for index in 0..<count {
        (target + index &* targetStride).copyMemory(
          from: source + index &* sourceStride, byteCount: run)
      }
    }
  }

  /// Copies runs of one to two elements: the first element and, overlapping it, the last.
  @inline(__always)
  private func copyHalves<Element: BitwiseCopyable>(_ type: Element.Type) {
    let rest = run &- MemoryLayout<Element>.size
    for index in 0..<count {
      let from = source + index &* sourceStride
      let to = target + index &* targetStride
      let (first, last) = (
        from.loadUnaligned(as: type), from.loadUnaligned(fromByteOffset: rest, as: type)
      )
      to.storeBytes(of: first, as: type)
      to.storeBytes(of: last, toByteOffset: rest, as: type)
    }
  }

  @inline(__always)
  private func copy<Element: BitwiseCopyable>(_ type: Element.Type) {
    let size = MemoryLayout<Element>.size
    if sourceStride == 0, targetStride == size {
      let element = source.loadUnaligned(as: type)
      for index in 0..<count {
        target.storeBytes(of: element, toByteOffset: index &* size, as: type)
      }
      return
    }
    for index in 0..<count {
      let element = source.loadUnaligned(fromByteOffset: index &* sourceStride, as: type)
      target.storeBytes(of: element, toByteOffset: index &* targetStride, as: type)
    }
  }
}

/// Runs of equal length from anywhere, one after the other.
enum ScatteredRuns {
  /// `offsets` are in bytes.
  static func gather(
    _ offsets: UnsafePointer<Int>, _ range: Range<Int>, run: Int, from source: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer
  ) {
    switch run {
    case 1: gather(offsets, range, source, target, UInt8.self)
    case 2: gather(offsets, range, source, target, UInt16.self)
    case 4: gather(offsets, range, source, target, UInt32.self)
    case 8: gather(offsets, range, source, target, UInt64.self)
    case 16: gather(offsets, range, source, target, SIMD2<UInt64>.self)
    default:
      for index in range {
        (target + index &* run).copyMemory(from: source + offsets[index], byteCount: run)
      }
    }
  }

  @inline(__always)
  private static func gather<Element: BitwiseCopyable>(
    _ offsets: UnsafePointer<Int>, _ range: Range<Int>, _ source: UnsafeRawPointer,
    _ target: UnsafeMutableRawPointer, _ type: Element.Type
  ) {
    for index in range {
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: offsets[index], as: type),
        toByteOffset: index &* MemoryLayout<Element>.size, as: type)
    }
  }
}
