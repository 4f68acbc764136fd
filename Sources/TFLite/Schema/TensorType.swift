import Platform

/// The element type of a tensor; unknown values survive.
package struct TensorType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: Int8
  package init(rawValue: Int8) { self.rawValue = rawValue }

  package static let float32 = Self(rawValue: 0)
  package static let float16 = Self(rawValue: 1)
  package static let int32 = Self(rawValue: 2)
  package static let uint8 = Self(rawValue: 3)
  package static let int64 = Self(rawValue: 4)
  package static let string = Self(rawValue: 5)
  package static let bool = Self(rawValue: 6)
  package static let int16 = Self(rawValue: 7)
  package static let complex64 = Self(rawValue: 8)
  package static let int8 = Self(rawValue: 9)
  package static let float64 = Self(rawValue: 10)
  package static let complex128 = Self(rawValue: 11)
  package static let uint64 = Self(rawValue: 12)
  package static let resource = Self(rawValue: 13)
  package static let variant = Self(rawValue: 14)
  package static let uint32 = Self(rawValue: 15)
  package static let uint16 = Self(rawValue: 16)
  package static let int4 = Self(rawValue: 17)
  package static let bfloat16 = Self(rawValue: 18)
  package static let int2 = Self(rawValue: 19)
  package static let uint4 = Self(rawValue: 20)
  package static let float8E4M3FN = Self(rawValue: 21)
  package static let float8E5M2 = Self(rawValue: 22)

  /// Schema names in lower case and bits per element (0: no fixed size); index is the raw value.
  private static let rows: [(name: String, bits: Int)] = [
    ("float32", 32), ("float16", 16), ("int32", 32), ("uint8", 8), ("int64", 64),
    ("string", 0), ("bool", 8), ("int16", 16), ("complex64", 64), ("int8", 8),
    ("float64", 64), ("complex128", 128), ("uint64", 64), ("resource", 0), ("variant", 0),
    ("uint32", 32), ("uint16", 16), ("int4", 4), ("bfloat16", 16), ("int2", 2),
    ("uint4", 4), ("float8_e4m3fn", 8), ("float8_e5m2", 8),
  ]

  package var description: String {
    Self.rows.indices.contains(Int(rawValue)) ? Self.rows[Int(rawValue)].name : "type_\(rawValue)"
  }

  /// Bits of one element, or nil for types without a fixed size.
  package var bits: Int? {
    guard Self.rows.indices.contains(Int(rawValue)) else { return nil }
    let bits = Self.rows[Int(rawValue)].bits
    return bits == 0 ? nil : bits
  }

  /// Bytes that `elements` take; types below eight bits are packed over the whole tensor.
  /// Nil on overflow or without a fixed size.
  package func byteCount(elements: Int) -> Int? {
    guard let bits else { return nil }
    let (total, overflow) = elements.multipliedReportingOverflow(by: bits)
    return overflow || total > Int.max - 7 ? nil : (total + 7) / 8
  }

  /// Whether the shape has no negative dimension, and no more bytes than a tensor can have.
  package func allows(_ shape: [Int]) -> Bool {
    let sizes = shape.map { max($0, 1) } + [max(1, (bits ?? 32) / 8)]
    return shape.allSatisfy { $0 >= 0 } && sizes.sizeProduct.map { $0 < 1 << 40 } ?? false
  }
}
