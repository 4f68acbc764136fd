import TFLite

/// Kernels outside the float hot paths need folds for many types.
extension ElementFold {
  /// target[i] = f(target[i], source[i]).
  typealias Row = (_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) ->
    Void

  static func row(_ fold: ElementFold, _ type: TensorType) throws -> Row {
    switch type {
    case .float32: row(fold, Float.self)
    case .float64: row(fold, Double.self)
    case .int8: row(fold, Int8.self)
    case .uint8: row(fold, UInt8.self)
    case .int16: row(fold, Int16.self)
    case .uint16: row(fold, UInt16.self)
    case .int32: row(fold, Int32.self)
    case .uint32: row(fold, UInt32.self)
    case .int64: row(fold, Int64.self)
    case .uint64: row(fold, UInt64.self)
    case .bool: row(fold == .sum ? .any : fold == .product ? .all : fold, Int8.self)
    default: throw OperatorFault.unsupported("there is no kernel that combines \(type)")
    }
  }

  private static func row<T: FoldableElement>(_ fold: ElementFold, _ type: T.Type) -> Row {
    switch fold {
    case .sum: { loop($0, $1, $2, T.sum) }
    case .product: { loop($0, $1, $2, T.product) }
    case .minimum: { loop($0, $1, $2) { (a: T, b: T) in a <= b ? a : b } }
    case .maximum: { loop($0, $1, $2) { (a: T, b: T) in a >= b ? a : b } }
    case .replace: { loop($0, $1, $2) { (_: T, b: T) in b } }
    case .all: { loop($0, $1, $2) { (a: T, b: T) in a != .zero && b != .zero ? T.one : .zero } }
    case .any: { loop($0, $1, $2) { (a: T, b: T) in a != .zero || b != .zero ? T.one : .zero } }
    }
  }

  @inline(__always)
  private static func loop<T: FoldableElement>(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
    _ combine: (T, T) -> T
  ) {
    let size = MemoryLayout<T>.size
    for index in 0..<count {
      let old = target.loadUnaligned(fromByteOffset: index &* size, as: T.self)
      let new = source.loadUnaligned(fromByteOffset: index &* size, as: T.self)
      target.storeBytes(of: combine(old, new), toByteOffset: index &* size, as: T.self)
    }
  }
}

/// Integers wrap around, as in C.
protocol FoldableElement: BitwiseCopyable, Comparable {
  static var zero: Self { get }
  static var one: Self { get }
  static func sum(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
}

extension FoldableElement where Self: FixedWidthInteger {
  static var one: Self { 1 }
  static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
  static func product(_ a: Self, _ b: Self) -> Self { a &* b }
}

extension FoldableElement where Self: BinaryFloatingPoint {
  static var one: Self { 1 }
  static func sum(_ a: Self, _ b: Self) -> Self { a + b }
  static func product(_ a: Self, _ b: Self) -> Self { a * b }
}

extension Float: FoldableElement {}
extension Double: FoldableElement {}
extension Int8: FoldableElement {}
extension UInt8: FoldableElement {}
extension Int16: FoldableElement {}
extension UInt16: FoldableElement {}
extension Int32: FoldableElement {}
extension UInt32: FoldableElement {}
extension Int64: FoldableElement {}
extension UInt64: FoldableElement {}
