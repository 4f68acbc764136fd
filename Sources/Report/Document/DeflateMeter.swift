import Compression
import Platform

/// Measures the size under raw deflate, with libz if the machine has it, else with the built-in
/// compressor.
///
/// Their sizes differ by less than a percent; the report names the compressor.
struct DeflateMeter {
  /// The name of the compressor, such as "libz 1.2.13" or "built-in".
  let name: String
  private let library: ZlibCounter?

  /// `OPTIMIZE_DEFLATE=built-in` gives the same sizes on every machine.
  init() {
    let isBuiltIn = FileSystem.environment("OPTIMIZE_DEFLATE") == "built-in"
    library = isBuiltIn ? nil : ZlibCounter()
    name = library.map { "libz \($0.version)" } ?? "built-in"
  }

  /// Returns the bytes of the deflate stream of the parts that `feed` passes on.
  func size(
    level: DeflateLevel, _ feed: ((UnsafeRawBufferPointer) -> Void) throws -> Void
  ) rethrows -> Int {
    if let library, let count = try library.size(level: level.rawValue, feed) { return count }
    var encoder = DeflateEncoder(level: level, keepsOutput: false)
    try feed { encoder.append($0) }
    return encoder.finish().count
  }
}

/// libz's streaming compressor through its C interface; no headers are needed to build.
private struct ZlibCounter {
  /// `z_stream` of zlib.h: the layout is part of its stable ABI.
  private struct Stream {
    var nextIn: UnsafePointer<UInt8>?
    var availableIn: UInt32 = 0
    var totalIn: UInt = 0
    var nextOut: UnsafeMutablePointer<UInt8>?
    var availableOut: UInt32 = 0
    var totalOut: UInt = 0
    var message: UnsafePointer<CChar>?
    var state: OpaquePointer?
    var allocate: OpaquePointer?
    var free: OpaquePointer?
    var opaque: OpaquePointer?
    var dataType: Int32 = 0
    var adler: UInt = 0
    var reserved: UInt = 0
  }

  private typealias Initialize =
    @convention(c) (
      UnsafeMutableRawPointer, Int32, Int32, Int32, Int32, Int32, UnsafePointer<CChar>, Int32
    ) -> Int32
  private typealias Work = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  private typealias End = @convention(c) (UnsafeMutableRawPointer) -> Int32

  let version: String
  private let library: OptionalLibrary
  private let initialize: Initialize
  private let work: Work
  private let end: End

  init?() {
    guard let library = OptionalLibrary(names: ["libz.so.1", "libz.1.dylib"]),
      let version = library.function(
        "zlibVersion", as: (@convention(c) () -> UnsafePointer<CChar>).self),
      let initialize = library.function("deflateInit2_", as: Initialize.self),
      let work = library.function("deflate", as: Work.self),
      let end = library.function("deflateEnd", as: End.self)
    else { return nil }
    self.library = library
    self.version = String(cString: version())
    self.initialize = initialize
    self.work = work
    self.end = end
  }

  /// Returns nil when libz refuses to start.
  func size(
    level: Int, _ feed: ((UnsafeRawBufferPointer) -> Void) throws -> Void
  ) rethrows -> Int? {
    var stream = Stream()
    // 8: deflate; −15: raw, 32 KiB window; 8: default memory; 0: default strategy.
    let started = version.withCString { version in
      initialize(
        &stream, Int32(level), 8, -15, 8, 0, version, Int32(MemoryLayout<Stream>.size))
    }
    guard started == 0 else { return nil }
    defer { _ = end(&stream) }
    var scratch = [UInt8](repeating: 0, count: 1 << 16)
    func push(_ bytes: UnsafeRawBufferPointer, finish: Bool) {
      scratch.withUnsafeMutableBufferPointer { out in
        stream.nextIn = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.availableIn = UInt32(bytes.count)
        repeat {
          stream.nextOut = out.baseAddress
          stream.availableOut = UInt32(out.count)
          _ = work(&stream, finish ? 4 : 0)
        } while stream.availableOut == 0
      }
    }
    try feed { bytes in
      // The counter of available bytes has 32 bits.
      for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
        let part = bytes[start..<min(start + (1 << 30), bytes.count)]
        push(UnsafeRawBufferPointer(rebasing: part), finish: false)
      }
    }
    push(UnsafeRawBufferPointer(start: nil, count: 0), finish: true)
    return Int(stream.totalOut)
  }
}
