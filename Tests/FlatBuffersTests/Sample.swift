import FlatBuffers
import TestSupport

/// A table with a field of every kind; `Tools/record-flatbuffer-vectors.py` writes the same one.
struct Sample: Table, Equatable {
  var int8: Int8 = -5
  var uint8: UInt8 = 0
  var int32: Int32 = 0
  var uint32: UInt32 = 0
  var uint64: UInt64 = 0
  var bool = true
  var floatBits: UInt64 = 0
  var doubleBits: UInt64 = 0
  var bytes: [UInt8]?
  var shorts: [UInt16]?
  var ints: [Int32]?
  var words: [UInt32]?
  var longs: [Int64]?
  var floats: [Float]?
  var text: Text?
  var blob: Blob?
  var child: [Sample] = []
  var children: [Sample] = []
  var childrenAbsent: UInt16 = 0
  var tag: UInt8 = 0
  var union: [Sample] = []

  mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "int8", &int8, default: -5)
    v.scalar(1, "uint8", &uint8)
    v.scalar(2, "int32", &int32)
    v.scalar(3, "uint32", &uint32)
    v.scalar(4, "uint64", &uint64)
    v.scalar(5, "bool", &bool, default: true)
    v.bits(6, "float", &floatBits, size: 4, default: 0)
    v.bits(7, "double", &doubleBits, size: 8, default: 0)
    v.vector(8, "bytes", &bytes)
    v.vector(9, "shorts", &shorts)
    v.vector(10, "ints", &ints)
    v.vector(11, "words", &words)
    v.vector(12, "longs", &longs)
    v.vector(13, "floats", &floats)
    v.string(14, "text", &text)
    v.blob(17, "blob", &blob, alignment: 16)
    // A struct cannot hold itself, so a child is an array of one.
    var only = child.first
    v.table(16, "child", &only)
    child = only.map { [$0] } ?? []
    v.tables(15, "children", &children, absent: &childrenAbsent)
    v.scalar(18, "tag", &tag)
    visitUnion(&v)
  }

  private mutating func visitUnion(_ v: inout Visitor) {
    guard tag == 1 || !v.isReading && !union.isEmpty else {
      return v.refuseUnionMember(19, "union", tag: tag)
    }
    var member = union.first ?? Sample()
    let found = v.union(19, "union", isPresent: !union.isEmpty) { member.visit(&$0) }
    union = found ? [member] : []
  }

  /// The bit patterns of `floats`, which compare where NaN does not.
  var floatPatterns: [UInt32]? { floats?.map(\.bitPattern) }

  init() {}

  init(_ int32: Int32) { self.int32 = int32 }
}

/// Returns the recorded file `name`.
func vector(_ name: String) throws -> [UInt8] { try Recorded.bytes("\(name).bin") }

/// Reads `bytes` as a `Sample`.
func read(
  _ bytes: [UInt8], memory: Int = 1 << 24, dropsUnknown: Bool = false, recordsExtents: Bool = false
) throws(ReadFailure) -> FlatBuffer.Reading<Sample> {
  let limits = ReadLimits(
    memory: memory, dropsUnknown: dropsUnknown, recordsExtents: recordsExtents)
  let result: Result<FlatBuffer.Reading<Sample>, ReadFailure> = bytes.withUnsafeBytes { bytes in
    do throws(ReadFailure) {
      return .success(try FlatBuffer.read(Sample.self, from: bytes, limits: limits))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}

/// The failure of reading `bytes`, or nil.
func failure(_ bytes: [UInt8], memory: Int = 1 << 24) -> ReadFailure? {
  do throws(ReadFailure) {
    _ = try read(bytes, memory: memory)
    return nil
  } catch {
    return error
  }
}
