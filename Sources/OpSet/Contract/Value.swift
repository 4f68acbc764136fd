import TFLite

/// A tensor while a model runs: its type, its shape once that is known, and where its bytes are.
///
/// `base` is only meaningful while operators run, or for known values after
/// `Preparation.known(_:)`. Kernels read it on each invocation, since the place may change when
/// shapes do. Up to 64 bytes behind the value may be read, never written.
package final class Value: @unchecked Sendable {
  package let id: TensorID
  package private(set) var tensor: Tensor
  package private(set) var type: TensorType
  package private(set) var shape: [Int]
  /// Elements; zero for a tensor with an empty dimension.
  package private(set) var count = 0
  package private(set) var byteCount = 0
  package var base: UnsafeMutableRawPointer = Value.nowhere
  /// Whether the shape holds before the operator that makes the value runs.
  package var hasShape = true
  /// Whether the value is the same in every run: a constant, or made from constants alone.
  package var isKnown = false
  /// Whether it is a constant that may change between runs, with its scales. Its bytes are at hand.
  package var isAdjustable = false
  /// Makes a known value's bytes at the first use; nil when they are there.
  package var materialize: (() throws -> Void)?
  /// Fills a buffer with a large constant's bytes from an offset on.
  package typealias Reading = (_ target: UnsafeMutableRawBufferPointer, _ offset: Int) throws ->
    Void
  /// How to read a constant that is large, without the whole in memory; nil for others.
  package var read: Reading?
  private var owned: UnsafeMutableRawPointer?
  private var capacity = 0

  package init(_ tensor: Tensor, id: TensorID) {
    self.id = id
    self.tensor = tensor
    type = tensor.type
    shape = []
    setShape((tensor.shape ?? []).map(Int.init))
  }

  deinit { owned?.deallocate() }

  /// A place for values without bytes.
  private static nonisolated(unsafe) let nowhere = UnsafeMutableRawPointer.allocate(
    byteCount: 256, alignment: 64)

  package var rank: Int { shape.count }

  /// Sets the shape. Dimensions must not be negative, and their product must have been checked.
  package func setShape(_ shape: [Int]) {
    self.shape = shape
    count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    if type != .string { byteCount = type.byteCount(elements: count) ?? 4 }
  }

  /// Sets the type, for operators whose output has the type of an input.
  package func setType(_ type: TensorType) {
    self.type = type
    setShape(shape)
  }

  /// Sets the scales of an adjustable integer constant.
  package func setScales(_ scales: [Float]) { tensor.quantization?.scale = scales }

  /// Returns the size of axis `axis`, which may count from the end.
  package func size(_ axis: Int) -> Int { shape[axis < 0 ? shape.count + axis : axis] }

  // MARK: Memory of its own

  /// Gives the value memory of its own for at least `byteCount` bytes; the content is undefined.
  package func own(_ byteCount: Int) {
    if byteCount > capacity || owned == nil {
      owned?.deallocate()
      capacity = max(byteCount, 64)
      owned = .allocate(byteCount: capacity + 64, alignment: 64)
    }
    base = owned ?? Value.nowhere
    self.byteCount = byteCount
  }

  /// Frees the memory of its own.
  package func disown() {
    owned?.deallocate()
    owned = nil
    capacity = 0
    base = Value.nowhere
  }

  /// Replaces the whole value and gives it memory of its own. Strings need this, since no shape
  /// gives their size.
  package func replace(_ bytes: UnsafeRawBufferPointer) {
    own(bytes.count)
    if let source = bytes.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
  }

  /// Points to bytes elsewhere, whose number no shape gives, as of strings.
  package func place(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    self.base = base
    self.byteCount = byteCount
  }

  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: byteCount)
  }

  // MARK: Elements

  package func pointer<Element>(_ type: Element.Type) -> UnsafeMutablePointer<Element> {
    base.assumingMemoryBound(to: type)
  }

  package var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  /// The elements of an integer or bool tensor; nil for other types.
  package var integers: [Int]? { map { _, integer in integer } }

  /// Returns what `body` makes of each position and element of an integer or bool tensor; nil for
  /// other types.
  package func reals(_ body: (Int, Int) -> Float) -> [Float]? { map(body) }

  private func map<Result>(_ body: (Int, Int) -> Result) -> [Result]? {
    switch type {
    case .int32: map(Int32.self, body)
    case .int64: map(Int64.self, body)
    case .int16: map(Int16.self, body)
    case .int8: map(Int8.self, body)
    case .uint8, .bool: map(UInt8.self, body)
    case .uint16: map(UInt16.self, body)
    case .uint32: map(UInt32.self, body)
    default: nil
    }
  }

  private func map<Element: FixedWidthInteger, Result>(
    _ type: Element.Type, _ body: (Int, Int) -> Result
  ) -> [Result] {
    (0..<count).map {
      body(
        $0, Int(base.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: type)))
    }
  }
}
