import FlatBuffers

/// The storage of a field in an operator's table of options.
package enum OptionType: Sendable {
  case bool, byte, ubyte, int, uint, long, float
  case string
  case bools, ubytes, ints, uints, longs, floats
}

/// A field of an operator-option table; its slot is its position in the table.
package struct OptionField: Sendable {
  package let name: String
  package let type: OptionType
  /// The default's bit pattern, zero-extended.
  package let standard: UInt64

  private init(_ name: String, _ type: OptionType, _ standard: UInt64 = 0) {
    self.name = name
    self.type = type
    self.standard = standard
  }

  static func bool(_ name: String, _ standard: UInt64 = 0) -> Self { Self(name, .bool, standard) }
  static func byte(_ name: String, _ standard: UInt64 = 0) -> Self { Self(name, .byte, standard) }
  static func ubyte(_ name: String) -> Self { Self(name, .ubyte) }
  static func int(_ name: String, _ standard: UInt64 = 0) -> Self { Self(name, .int, standard) }
  static func uint(_ name: String) -> Self { Self(name, .uint) }
  static func long(_ name: String) -> Self { Self(name, .long) }
  static func float(_ name: String) -> Self { Self(name, .float) }
  static func string(_ name: String) -> Self { Self(name, .string) }
  static func bools(_ name: String) -> Self { Self(name, .bools) }
  static func ubytes(_ name: String) -> Self { Self(name, .ubytes) }
  static func ints(_ name: String) -> Self { Self(name, .ints) }
  static func uints(_ name: String) -> Self { Self(name, .uints) }
  static func longs(_ name: String) -> Self { Self(name, .longs) }
  static func floats(_ name: String) -> Self { Self(name, .floats) }
}

/// The description of one operator-option table.
package struct OptionsTable: Sendable {
  package let name: String
  package let fields: [OptionField]

  init(_ name: String, _ fields: OptionField...) {
    self.name = name
    self.fields = fields
  }
}

/// One of the two unions of `Operator`; each table of options belongs to one.
package enum OptionsUnion: Sendable {
  case builtinOptions, builtinOptions2

  var tables: [OptionsTable] {
    switch self {
    case .builtinOptions: OptionsTable.builtinOptions
    case .builtinOptions2: OptionsTable.builtinOptions2
    }
  }

  func table(_ tag: UInt8) -> OptionsTable? {
    let tables = tables
    return tag > 0 && Int(tag) <= tables.count ? tables[Int(tag) - 1] : nil
  }
}

/// The value of one field; scalars are zero-extended bit patterns, so floats keep NaN and −0.
package enum OptionValue: Equatable, Sendable {
  case scalar(UInt64)
  case string(Text?)
  case bytes([UInt8]?)
  case ints([Int32]?)
  case longs([Int64]?)
}

/// The options of an operator: the values of its table's fields, in slot order.
package struct Options: Equatable, Sendable {
  package let union: OptionsUnion
  package let tag: UInt8
  var values: [OptionValue]

  /// Every field at its default. Nil for a tag that the schema does not have.
  package init?(_ union: OptionsUnion, tag: UInt8) {
    guard let table = union.table(tag) else { return nil }
    self.union = union
    self.tag = tag
    values = table.fields.map(\.initial)
  }

  package var table: OptionsTable { union.tables[Int(tag) - 1] }

  /// Fields with their values, for display.
  package var fields: [(field: OptionField, value: OptionValue)] {
    Array(zip(table.fields, values))
  }

  mutating func visit(_ visitor: inout Visitor, _ table: OptionsTable) {
    for (slot, field) in table.fields.enumerated() {
      values[slot].visit(&visitor, slot, field)
    }
  }
}

extension OptionField {
  var initial: OptionValue {
    switch type {
    case .bool, .byte, .ubyte, .int, .uint, .long, .float: .scalar(standard)
    case .string: .string(nil)
    case .bools, .ubytes: .bytes(nil)
    case .ints, .uints, .floats: .ints(nil)
    case .longs: .longs(nil)
    }
  }

  /// Bytes of a scalar field.
  var size: Int {
    switch type {
    case .bool, .byte, .ubyte: 1
    case .long: 8
    default: 4
    }
  }
}

extension OptionValue {
  mutating func visit(_ visitor: inout Visitor, _ slot: Int, _ field: OptionField) {
    // Errors name the field by its slot, since a `StaticString` cannot come from a data row.
    switch self {
    case .scalar(var bits):
      visitor.bits(slot, "option", &bits, size: field.size, default: field.standard)
      self = .scalar(bits)
    case .string(var text):
      visitor.string(slot, "option", &text)
      self = .string(text)
    case .bytes(var bytes):
      visitor.vector(slot, "option", &bytes)
      self = .bytes(bytes)
    case .ints(var ints):
      visitor.vector(slot, "option", &ints)
      self = .ints(ints)
    case .longs(var longs):
      visitor.vector(slot, "option", &longs)
      self = .longs(longs)
    }
  }
}

/// A typed way to one field of one option table.
package struct OptionKey<Value: Sendable>: Sendable {
  package let union: OptionsUnion
  package let tag: UInt8
  package let slot: Int

  /// `table` and `field` are schema names; a name that the schema lacks is a programmer's error.
  package init(_ table: String, _ field: String) {
    for union in [OptionsUnion.builtinOptions, .builtinOptions2] {
      guard let index = union.tables.firstIndex(where: { $0.name == table }),
        let slot = union.tables[index].fields.firstIndex(where: { $0.name == field })
      else { continue }
      self.union = union
      tag = UInt8(index + 1)
      self.slot = slot
      return
    }
    preconditionFailure("the schema has no field \(table).\(field)")
  }

  func isHeld(by options: Options) -> Bool { options.tag == tag && options.union == union }
}

extension Options {
  /// The field's value, or nil when these are the options of another table.
  package subscript(key: OptionKey<Bool>) -> Bool? {
    get { bits(key).map { $0 != 0 } }
    set { if let newValue { setBits(key, newValue ? 1 : 0) } }
  }

  package subscript(key: OptionKey<Int32>) -> Int32? {
    get { bits(key).map { Int32(truncatingIfNeeded: $0) } }
    set { if let newValue { setBits(key, UInt64(UInt32(bitPattern: newValue))) } }
  }

  package subscript(key: OptionKey<Int8>) -> Int8? {
    get { bits(key).map { Int8(truncatingIfNeeded: $0) } }
    set { if let newValue { setBits(key, UInt64(UInt8(bitPattern: newValue))) } }
  }

  package subscript(key: OptionKey<TensorType>) -> TensorType? {
    get { bits(key).map { TensorType(rawValue: Int8(truncatingIfNeeded: $0)) } }
    set { if let newValue { setBits(key, UInt64(UInt8(bitPattern: newValue.rawValue))) } }
  }

  package subscript(key: OptionKey<Float>) -> Float? {
    get { bits(key).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) } }
    set { if let newValue { setBits(key, UInt64(newValue.bitPattern)) } }
  }

  package subscript(key: OptionKey<Int64>) -> Int64? { bits(key).map { Int64(bitPattern: $0) } }

  package subscript(key: OptionKey<[Int32]>) -> [Int32]? {
    guard key.isHeld(by: self), case .ints(let ints) = values[key.slot] else { return nil }
    return ints
  }

  package subscript(key: OptionKey<[Int64]>) -> [Int64]? {
    guard key.isHeld(by: self), case .longs(let longs) = values[key.slot] else { return nil }
    return longs
  }

  package subscript(key: OptionKey<String>) -> String? {
    guard key.isHeld(by: self), case .string(let text?) = values[key.slot] else { return nil }
    return text.description
  }

  private func bits<Value>(_ key: OptionKey<Value>) -> UInt64? {
    guard key.isHeld(by: self), case .scalar(let bits) = values[key.slot] else { return nil }
    return bits
  }

  private mutating func setBits<Value>(_ key: OptionKey<Value>, _ bits: UInt64) {
    guard key.isHeld(by: self) else { return }
    values[key.slot] = .scalar(bits)
  }
}
