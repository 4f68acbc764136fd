/// Reads or writes the fields of a table; `Table.visit` calls one method for each field.
///
/// One concrete type with a mode, not a generic over coders: `visit` bodies are compiled once and
/// run at full speed across modules.
package struct Visitor {
  package let isReading: Bool
  var reader: Reader
  var writer = Writer()

  init(reading bytes: UnsafeRawBufferPointer, limits: ReadLimits) {
    isReading = true
    reader = Reader(bytes, limits: limits)
  }

  init() {
    isReading = false
    reader = Reader(UnsafeRawBufferPointer(start: nil, count: 0), limits: ReadLimits(memory: 0))
  }

  // MARK: Scalars

  @inline(__always)
  private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ slot: Int, _ name: StaticString, _ value: inout T, _ standard: T
  ) {
    guard isReading else {
      if value != standard {
        writer.scalar(slot, UInt64(truncatingIfNeeded: value), MemoryLayout<T>.size)
      }
      return
    }
    value = standard
    guard let position = reader.field(slot) else { return }
    guard reader.has(position, MemoryLayout<T>.size) else {
      return reader.fail(.outOfBounds(what: "the value"), name, at: position)
    }
    value = reader.load(position, as: T.self)
  }

  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Int8, default standard: Int8 = 0
  ) { integer(slot, name, &value, standard) }

  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt8, default standard: UInt8 = 0
  ) { integer(slot, name, &value, standard) }

  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Int32, default standard: Int32 = 0
  ) { integer(slot, name, &value, standard) }

  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt32, default standard: UInt32 = 0
  ) { integer(slot, name, &value, standard) }

  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt64, default standard: UInt64 = 0
  ) { integer(slot, name, &value, standard) }

  /// Where the value of a scalar of `size` bytes stands, for changing it in place; nil if it is absent.
  /// Only for reading.
  package mutating func place(_ slot: Int, _ name: StaticString, size: Int) -> Range<Int>? {
    guard isReading, let position = reader.field(slot) else { return nil }
    guard reader.has(position, size) else {
      reader.fail(.outOfBounds(what: "the value"), name, at: position)
      return nil
    }
    return position..<position + size
  }

  /// Any non-zero byte reads as true, as in the official parser.
  package mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Bool, default standard: Bool = false
  ) {
    var byte: UInt8 = value ? 1 : 0
    integer(slot, name, &byte, standard ? 1 : 0)
    value = byte != 0
  }

  /// A scalar of `size` bytes as its zero-extended bit pattern; floats so keep NaN and −0.
  package mutating func bits(
    _ slot: Int, _ name: StaticString, _ value: inout UInt64, size: Int, default standard: UInt64
  ) {
    switch size {
    case 1:
      var narrow = UInt8(truncatingIfNeeded: value)
      integer(slot, name, &narrow, UInt8(truncatingIfNeeded: standard))
      value = UInt64(narrow)
    case 4:
      var narrow = UInt32(truncatingIfNeeded: value)
      integer(slot, name, &narrow, UInt32(truncatingIfNeeded: standard))
      value = UInt64(narrow)
    default:
      integer(slot, name, &value, standard)
    }
  }

  // MARK: Vectors and strings

  @inline(__always)
  private mutating func elements<T: BitwiseCopyable>(
    _ slot: Int, _ name: StaticString, _ value: inout [T]?, alignment: Int
  ) {
    guard isReading else {
      value?.withUnsafeBytes { writer.vector(slot, $0, MemoryLayout<T>.stride, alignment) }
      return
    }
    value = nil
    let stride = MemoryLayout<T>.stride
    guard let (start, count) = reader.vector(slot, name, stride: stride),
      reader.spend(32 + count * stride, name)
    else { return }
    let source = reader.bytes
    value = [T](unsafeUninitializedCapacity: count) { target, filled in
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source[start..<start + count * stride]))
      filled = count
    }
  }

  package mutating func vector(
    _ slot: Int, _ name: StaticString, _ value: inout [UInt8]?, alignment: Int = 4
  ) { elements(slot, name, &value, alignment: alignment) }

  package mutating func vector(
    _ slot: Int, _ name: StaticString, _ value: inout [UInt16]?, alignment: Int = 4
  ) { elements(slot, name, &value, alignment: alignment) }

  package mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Int32]?) {
    elements(slot, name, &value, alignment: 4)
  }

  package mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [UInt32]?) {
    elements(slot, name, &value, alignment: 4)
  }

  package mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Int64]?) {
    elements(slot, name, &value, alignment: 8)
  }

  package mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Float]?) {
    elements(slot, name, &value, alignment: 4)
  }

  package mutating func string(_ slot: Int, _ name: StaticString, _ value: inout Text?) {
    guard isReading else {
      value?.utf8.withUnsafeBytes { writer.string(slot, $0) }
      return
    }
    var utf8: [UInt8]?
    elements(slot, name, &utf8, alignment: 4)
    value = utf8.map(Text.init(utf8:))
  }

  /// Visits a vector of bytes without copying it: reading gives its place in the file, writing
  /// reserves room at the position in `Layout.blobs`.
  package mutating func blob(
    _ slot: Int, _ name: StaticString, _ value: inout Blob?, alignment: Int
  ) {
    guard isReading else {
      if let value { writer.blob(slot, value, alignment) }
      return
    }
    value = reader.vector(slot, name, stride: 1).map { start, count in
      Blob(range: start..<start + count, key: start)
    }
  }
}

extension Visitor {
  /// An open enumeration stored as its raw value.
  @inlinable
  package mutating func scalar<E: RawRepresentable>(
    _ slot: Int, _ name: StaticString, _ value: inout E, _ standard: E
  ) where E.RawValue == Int8 {
    var raw = value.rawValue
    scalar(slot, name, &raw, default: standard.rawValue)
    if let open = E(rawValue: raw) { value = open }
  }

  @inlinable
  package mutating func scalar<E: RawRepresentable>(
    _ slot: Int, _ name: StaticString, _ value: inout E, _ standard: E
  ) where E.RawValue == Int32 {
    var raw = value.rawValue
    scalar(slot, name, &raw, default: standard.rawValue)
    if let open = E(rawValue: raw) { value = open }
  }
}
