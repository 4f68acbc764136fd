import JSON
import TFLite

extension StatisticsFile {
  /// Returns the statistics in a file, for the model whose file has the digest. All parts are
  /// checked against each other and against the model. Throws `.otherModel` for another digest,
  /// `.unreadable` for errors.
  package static func statistics(
    in bytes: UnsafeRawBufferPointer, model: Model, digest: String
  ) throws(CalibrationFault) -> CalibrationStatistics {
    let value: JSONValue
    do throws(JSONFault) {
      value = try JSONParser.value(of: bytes, depth: 8)
    } catch {
      throw .unreadable("byte \(error.offset): \(error.what)")
    }
    let root = JSONPlace(value, path: "")
    guard try root.member("kind").string() == kind else {
      throw .unreadable("its kind is not '\(kind)'")
    }
    let version = try root.member("schemaVersion").integer(in: 1...Int.max)
    guard version == schemaVersion else {
      throw .unreadable("its schema version is \(version), only \(schemaVersion) is supported")
    }
    guard try root.member("model").member("sha256").string() == digest else { throw .otherModel }
    let reader = StatisticsReader(model: model)
    return CalibrationStatistics(
      samples: try root.member("samples").integer(in: 0...StatisticsReader.most),
      tensors: try reader.tensors(root.member("tensors")),
      products: try reader.products(root.member("products")))
  }
}

/// Takes the parts of a statistics file and checks them.
private struct StatisticsReader {
  let model: Model
  /// A greater count is an error. Thousands of counts up to this can be added.
  static let most = 1 << 48

  func tensors(
    _ list: JSONPlace
  ) throws(CalibrationFault) -> [TensorID: TensorStatistics] {
    var found: [TensorID: TensorStatistics] = [:]
    for place in try list.elements() {
      let id = try id(place, "index")
      guard model[id].type == .float32 else {
        throw place.fault("is \(model[id].type) in the model, not float32")
      }
      guard try place.member("name").string() == model[id].label else {
        throw place.fault("has another name in the model: '\(model[id].label)'")
      }
      guard found[id] == nil else { throw place.fault("is there twice") }
      let notFinite = try place.member("notFinite").integer(in: 0...Self.most)
      found[id] = TensorStatistics(
        histogram: try histogram(place), notFinite: UInt64(notFinite))
    }
    return found
  }

  private func id(
    _ place: JSONPlace, _ name: String
  ) throws(CalibrationFault) -> TensorID {
    let subgraph = try place.member("subgraph").integer(in: 0...Int.max)
    let index = try place.member(name).integer(in: 0...Int.max)
    guard subgraph < model.subgraphs.count, index < model.subgraphs[subgraph].tensors.count else {
      throw place.fault("is not a tensor of the model")
    }
    return TensorID(subgraph, index)
  }

  private func histogram(_ place: JSONPlace) throws(CalibrationFault) -> Histogram {
    guard place.has("counts") else { return Histogram() }
    let counts = try counts(place.member("counts"))
    let zeros = try place.member("zeros").integer(in: 0...Self.most)
    let exponent = try place.member("exponent").integer(in: -1024...1024)
    let least = try place.member("least").float()
    let greatest = try place.member("greatest").float()
    guard
      let histogram = Histogram(
        exponent: exponent,
        first: try place.member("first").integer(in: -(1 << 32)...1 << 32), counts: counts,
        least: least, greatest: greatest, zeros: UInt64(zeros)),
      histogram.fillsItsRange
    else { throw place.fault("has parts that contradict each other") }
    return histogram
  }

  private func counts(_ list: JSONPlace) throws(CalibrationFault) -> [UInt64] {
    var counts: [UInt64] = []
    var total = 0
    for run in try list.elements() {
      let numbers = try run.integers(in: 0...Self.most)
      guard let start = numbers.first, numbers.count > 1,
        start > counts.count || start == 0 && counts.isEmpty,
        start <= Histogram.binCount - (numbers.count - 1), !numbers.dropFirst().contains(0)
      else { throw run.fault("is not a run of counts") }
      counts += repeatElement(0, count: start - counts.count)
      counts += numbers.dropFirst().map(UInt64.init)
      total += numbers.dropFirst().reduce(0, +)
      guard total <= Self.most else { throw run.fault("has more counts than there can be") }
    }
    return counts
  }

  func products(
    _ list: JSONPlace
  ) throws(CalibrationFault) -> [TensorID: CalibrationStatistics.Product] {
    var found: [TensorID: CalibrationStatistics.Product] = [:]
    for place in try list.elements() {
      let id = try id(place, "output")
      guard found[id] == nil else { throw place.fault("is there twice") }
      found[id] = .init(
        sums: try place.member("sums").exactSums(),
        positions: try place.member("positions").integer(in: 0...Self.most))
    }
    return found
  }
}

extension Histogram {
  /// Whether the outermost bins with values are those of the least and the greatest value.
  fileprivate var fillsItsRange: Bool {
    guard let low = counts.firstIndex(where: { $0 > 0 }),
      let high = counts.lastIndex(where: { $0 > 0 })
    else { return false }
    let top = (Double(greatest) / width).rounded(.down) - Double(first)
    return low == 0 && Double(high) == top && zeros <= total
  }
}

/// A value of a JSON file and its place, for errors.
private struct JSONPlace {
  let value: JSONValue
  let path: String

  init(_ value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  func fault(_ what: String) -> CalibrationFault {
    .unreadable(path.isEmpty ? "the file \(what)" : "'\(path)' \(what)")
  }

  private func find(_ name: String) throws(CalibrationFault) -> JSONValue? {
    guard case .object(let pairs) = value else { throw fault("is not an object") }
    return pairs.first { $0.key == name }?.value
  }

  func has(_ name: String) -> Bool { (try? find(name)) != nil }

  func member(_ name: String) throws(CalibrationFault) -> JSONPlace {
    guard let found = try find(name) else { throw fault("has no '\(name)'") }
    return JSONPlace(found, path: path.isEmpty ? name : "\(path).\(name)")
  }

  private func array() throws(CalibrationFault) -> [JSONValue] {
    guard case .array(let values) = value else { throw fault("is not an array") }
    return values
  }

  func elements() throws(CalibrationFault) -> [JSONPlace] {
    try array().enumerated().map { JSONPlace($0.element, path: "\(path)[\($0.offset)]") }
  }

  func string() throws(CalibrationFault) -> String {
    guard case .string(let text) = value else { throw fault("is not a string") }
    return text
  }

  func integer(in range: ClosedRange<Int>) throws(CalibrationFault) -> Int {
    guard case .integer(let integer) = value, range.contains(integer) else {
      throw fault("is not an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func integers(in range: ClosedRange<Int>) throws(CalibrationFault) -> [Int] {
    var integers: [Int] = []
    for (index, value) in try array().enumerated() {
      guard case .integer(let integer) = value, range.contains(integer) else {
        throw fault("has no integer from \(range.lowerBound) to \(range.upperBound) at \(index)")
      }
      integers.append(integer)
    }
    return integers
  }

  func float() throws(CalibrationFault) -> Float {
    let double: Double?
    switch value {
    case .number(let number): double = number
    case .integer(let integer): double = Double(exactly: integer)
    default: double = nil
    }
    guard let float = double.flatMap(Float.init(exactly:)) else { throw fault("is not a float32") }
    return float
  }

  /// Pairs of the whole part and the fraction.
  func exactSums() throws(CalibrationFault) -> [ExactSum] {
    let values = try array()
    guard values.count.isMultiple(of: 2) else { throw fault("has an odd number of elements") }
    var sums: [ExactSum] = []
    for index in stride(from: 0, to: values.count, by: 2) {
      guard case .integer(let high) = values[index] else {
        throw fault("has no integer at \(index)")
      }
      let low: UInt64?
      switch values[index + 1] {
      case .integer(let value): low = UInt64(exactly: value)
      case .unsigned(let value): low = value
      default: low = nil
      }
      guard let low else { throw fault("has no fraction at \(index + 1)") }
      sums.append(ExactSum(high: Int64(high), low: low))
    }
    return sums
  }
}
