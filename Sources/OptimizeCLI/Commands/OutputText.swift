import Interpreter
import JSON
import Platform
import Samples
import TFLite
import TFLiteOptimizer

/// A form of the outputs that `run` writes.
enum OutputFormat: String, CaseIterable {
  case npy, json, csv, text

  var ending: String { self == .text ? "txt" : rawValue }

  init?(_ arguments: Arguments) throws(UsageFault) {
    guard let text = arguments[Options.format] else { return nil }
    guard let format = Self(rawValue: text) else {
      throw UsageFault(
        "'\(text)' is not a form of outputs",
        help: "forms: \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = format
  }

  /// Returns the bytes of a file with one output.
  func bytes(of array: DenseArray, for port: Port) throws -> [UInt8] {
    do {
      switch self {
      case .npy: return try NpyFile.bytes(of: array)
      case .json:
        return Array((try OutputText.json(of: array, for: port).text(levels: 1) + "\n").utf8)
      case .csv: return Array(try OutputText.rows(of: array, separator: ",").utf8)
      case .text: return Array(try OutputText.text(of: array, for: port).utf8)
      }
    } catch let fault {
      throw Diagnostic(
        message: "output '\(port.label)' cannot be written: \(fault.message)",
        notes: ["nothing was written"], exitCode: .output)
    }
  }
}

/// Outputs of a model as text. Numbers read back are the same.
enum OutputText {
  /// Returns a line for each row along the last axis.
  static func rows(of array: DenseArray, separator: String) throws(SampleFault) -> String {
    let elements = try ArrayText.elements(of: array)
    let width = max(array.shape.last ?? 1, 1)
    var text = ""
    for (index, element) in elements.enumerated() {
      text += separator == "," ? field(element) : element
      text += (index + 1) % width == 0 ? "\n" : separator
    }
    return text
  }

  /// Returns the name, type and shape, then the rows.
  static func text(of array: DenseArray, for port: Port) throws(SampleFault) -> String {
    try "\(summary(of: array, for: port))\n" + rows(of: array, separator: " ")
  }

  static func summary(of array: DenseArray, for port: Port) -> String {
    "\(port.label)  \(port.type) \(SampleFault.text(array.shape))"
  }

  /// NaN and infinity, which JSON does not have, are null. Quantized values have their scale and
  /// zero point beside them.
  static func json(of array: DenseArray, for port: Port) throws(SampleFault) -> JSONValue {
    let isBool = array.type == .bool
    let values = try ArrayText.elements(of: array).map { element -> JSONValue in
      if array.type == .string { return .string(element) }
      return isBool ? .bool(element != "0") : json(element)
    }
    let encoding = port.sampleInput.encoding
    return .object([
      "name": .string(port.label), "type": .string("\(array.type)"),
      "shape": .array(array.shape.map(JSONValue.integer)),
      "scale": encoding.map { json($0.scale.description) },
      "zeroPoint": encoding.map { .integer(Int($0.zeroPoint)) }, "values": .array(values),
    ])
  }

  /// Returns a number with the same digits; null for NaN and infinity.
  static func json(_ number: String) -> JSONValue {
    if let integer = Int(number) { return .integer(integer) }
    if let unsigned = UInt64(number) { return .unsigned(unsigned) }
    return Double(number).map(JSONValue.number) ?? .null
  }

  /// Returns a field of a CSV line (RFC 4180).
  static func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
