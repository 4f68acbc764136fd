/// The reading half of a `Visitor`: bounds-checked access to one FlatBuffer.
///
/// The first failure sticks: from then on every load gives zero and every vector is empty, so that
/// a `visit` needs no error handling of its own.
struct Reader {
  /// The table that is being read.
  struct Frame {
    var table = 0
    var vtable = 0
    var slots = 0
    /// Bit per known slot; slots from 63 on share the last bit.
    var known: UInt64 = 0
  }

  let bytes: UnsafeRawBufferPointer
  let limits: ReadLimits
  var frame = Frame()
  var failure: ReadFailure?
  var dropped: [String] = []
  /// The end of the last byte that was reached; bytes behind it are not part of the FlatBuffer.
  var end = 0
  /// The byte ranges that were read, if the limits ask for them; shared parts may come more than
  /// once.
  var extents: [Extent] = []
  private var remainingMemory: Int
  private var frames: [Frame] = []
  private var path: [(name: StaticString, index: Int)] = []

  init(_ bytes: UnsafeRawBufferPointer, limits: ReadLimits) {
    self.bytes = bytes
    self.limits = limits
    remainingMemory = limits.memory
  }

  // MARK: Paths and failures

  mutating func push(_ name: StaticString, _ index: Int = -1) { path.append((name, index)) }
  mutating func pop() { path.removeLast() }

  func location(_ name: StaticString? = nil) -> String {
    var parts = path.map { $0.index < 0 ? "\($0.name)" : "\($0.name)[\($0.index)]" }
    if let name { parts.append("\(name)") }
    if parts.isEmpty { return "root" }
    return parts.joined(separator: ".")
  }

  mutating func fail(_ reason: ReadFailure.Reason, _ name: StaticString?, at offset: Int) {
    guard failure == nil else { return }
    failure = ReadFailure(reason: reason, path: location(name), offset: offset)
  }

  /// Accounts for memory that decoding takes; false, with a failure, once the limit is reached.
  mutating func spend(_ count: Int, _ name: StaticString) -> Bool {
    remainingMemory -= count
    guard remainingMemory < 0 else { return true }
    fail(.tooLarge(limit: limits.memory), name, at: frame.table)
    return false
  }

  // MARK: Raw access

  @inline(__always)
  func has(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && count <= bytes.count && offset <= bytes.count - count
  }

  /// `offset` must have been checked with `has`.
  @inline(__always)
  func load<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
    bytes.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Returns the file offset of a field's value, or nil when the field is absent.
  @inline(__always)
  mutating func field(_ slot: Int) -> Int? {
    frame.known |= 1 << UInt64(min(slot, 63))
    guard slot < frame.slots else { return nil }
    let entry = Int(load(frame.vtable + 4 + 2 * slot, as: UInt16.self))
    return entry == 0 ? nil : frame.table + entry
  }

  /// Follows the forward offset at `position`; the target has room for at least four bytes.
  mutating func follow(_ position: Int, _ name: StaticString?) -> Int? {
    guard has(position, 4) else {
      fail(.outOfBounds(what: "the offset"), name, at: position)
      return nil
    }
    let distance = Int(load(position, as: UInt32.self))
    guard distance > 0, has(position + distance, 4) else {
      fail(.outOfBounds(what: "the offset"), name, at: position)
      return nil
    }
    return position + distance
  }

  /// Returns the first element and the count of the vector that field `slot` refers to.
  mutating func vector(_ slot: Int, _ name: StaticString, stride: Int) -> (start: Int, count: Int)?
  {
    guard failure == nil, let position = field(slot), let start = follow(position, name) else {
      return nil
    }
    let count = Int(load(start, as: UInt32.self))
    guard count <= bytes.count / stride, has(start + 4, count * stride) else {
      fail(.outOfBounds(what: "the vector of \(count) elements"), name, at: start)
      return nil
    }
    end = max(end, start + 4 + count * stride)
    record(start, 4 + count * stride, name)
    return (start + 4, count)
  }

  @inline(__always)
  private mutating func record(_ start: Int, _ count: Int, _ name: StaticString) {
    guard limits.recordsExtents else { return }
    extents.append(Extent(range: start..<start + count, field: "\(name)"))
  }

  // MARK: Tables

  /// Makes `position` the current table until `close`; false, with a failure, if it is none.
  mutating func open(_ position: Int) -> Bool {
    let outer = frame
    guard enter(position) else { return false }
    frames.append(outer)
    return true
  }

  /// Returns to the table around the current one.
  mutating func close() { frame = frames.removeLast() }

  private mutating func enter(_ position: Int) -> Bool {
    let vtable = position - Int(load(position, as: Int32.self))
    guard has(vtable, 4) else {
      fail(.outOfBounds(what: "the vtable"), nil, at: position)
      return false
    }
    let size = Int(load(vtable, as: UInt16.self))
    let tableSize = Int(load(vtable + 2, as: UInt16.self))
    guard size >= 4, size % 2 == 0, has(vtable, size), tableSize >= 4, has(position, tableSize)
    else {
      fail(.outOfBounds(what: "the vtable"), nil, at: vtable)
      return false
    }
    end = max(end, position + tableSize, vtable + size)
    record(position, tableSize, "table")
    record(vtable, size, "vtable")
    frame = Frame(table: position, vtable: vtable, slots: size / 2 - 2)
    return true
  }

  /// Refuses, or lists, fields of the current table that `visit` did not ask for.
  mutating func checkUnknownFields() {
    guard failure == nil else { return }
    for slot in 0..<frame.slots
    where frame.known & (1 << UInt64(min(slot, 63))) == 0
      && load(frame.vtable + 4 + 2 * slot, as: UInt16.self) != 0
    {
      refuse(.unknownField(slot: slot), nil, at: frame.table)
    }
  }

  mutating func refuse(_ reason: ReadFailure.Reason, _ name: StaticString?, at offset: Int) {
    guard limits.dropsUnknown else { return fail(reason, name, at: offset) }
    switch reason {
    case .unknownField(let slot): dropped.append("\(location(name)) (field \(slot))")
    default: dropped.append(location(name))
    }
  }
}
