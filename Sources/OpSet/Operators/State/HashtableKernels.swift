import TFLite

/// Hash tables from int64 to strings or from strings to int64, as in LiteRT.
extension OpKernel {
  static let hashtable = OpKernel(isPure: false) { preparation in
    let identifier = preparation.option(Hashtable.identifier)
    let key = preparation.options?[Hashtable.keyType] ?? .float32
    let value = preparation.options?[Hashtable.valueType] ?? .float32
    guard Lookup.isSupported(key, value) else {
      throw OperatorFault.unsupported("there is no table from \(key) to \(value)")
    }
    let name = "table \(identifier)"
    let resources = preparation.runner.resources
    let number = resources.identifier(name)
    return try preparation.handle(name) + [
      .once {
        if resources.objects[number] == nil {
          resources.objects[number] = Lookup(keyType: key, valueType: value)
        }
      }
    ]
  }

  /// Inputs: handle, keys, values. A table that is filled already stays as it is.
  static let hashtableImport = OpKernel(isPure: false) { preparation in
    let handle = try preparation.handle(0)
    let (keys, values) = (try preparation.input(1), try preparation.input(2))
    try preparation.require(
      keys.shape == values.shape, "keys have shape \(keys.shape), values \(values.shape)")
    let resources = preparation.runner.resources
    return .once {
      let table = try resources.lookup(handle, keys.type, values.type)
      try table.fill(keys, values)
    }
  }

  /// Handle, keys, the value for keys that are not there.
  static let hashtableFind = OpKernel(isPure: false) { preparation in
    let handle = try preparation.handle(0)
    let (keys, standard) = (try preparation.input(1), try preparation.input(2))
    let output = try preparation.output()
    try preparation.require(
      standard.type == output.type && standard.count == 1,
      "the default value is not one \(output.type)")
    try preparation.setShape(keys.shape)
    let resources = preparation.runner.resources
    return .once {
      let table = try resources.lookup(handle, keys.type, output.type)
      try table.find(keys, standard, output)
    }
  }

  static let hashtableSize = OpKernel(isPure: false) { preparation in
    let handle = try preparation.handle(0)
    let output = try preparation.output()
    try preparation.requireType(output, .int64, what: "the size")
    try preparation.setShape([1])
    let resources = preparation.runner.resources
    return .once {
      guard let table = resources.objects[handle.identifier] as? Lookup else {
        throw OperatorFault.invalid("the table is not there yet")
      }
      output.pointer(Int64.self).pointee = Int64(table.count)
    }
  }
}

/// A hash table of a model.
private final class Lookup {
  let keyType: TensorType
  let valueType: TensorType
  private var texts: [Int64: [UInt8]] = [:]
  private var numbers: [[UInt8]: Int64] = [:]
  private var isFilled = false

  init(keyType: TensorType, valueType: TensorType) {
    self.keyType = keyType
    self.valueType = valueType
  }

  static func isSupported(_ key: TensorType, _ value: TensorType) -> Bool {
    (key == .int64 && value == .string) || (key == .string && value == .int64)
  }

  var count: Int { texts.count + numbers.count }

  /// The first of equal keys counts.
  func fill(_ keys: Value, _ values: Value) throws {
    guard !isFilled else { return }
    isFilled = true
    for index in 0..<keys.count {
      if keyType == .int64 {
        let key = keys.pointer(Int64.self)[index]
        if texts[key] == nil { texts[key] = Array(try Strings.element(index, of: values)) }
      } else {
        let key = Array(try Strings.element(index, of: keys))
        if numbers[key] == nil { numbers[key] = values.pointer(Int64.self)[index] }
      }
    }
  }

  func find(_ keys: Value, _ standard: Value, _ output: Value) throws {
    guard isFilled else { throw OperatorFault.invalid("the table is empty yet") }
    if keyType == .int64 {
      let other = Array(try Strings.element(0, of: standard))
      Strings.set(
        (0..<keys.count).map { texts[keys.pointer(Int64.self)[$0]] ?? other }, of: output)
    } else {
      let other = standard.pointer(Int64.self).pointee
      for index in 0..<keys.count {
        let key = Array(try Strings.element(index, of: keys))
        output.pointer(Int64.self)[index] = numbers[key] ?? other
      }
    }
  }
}

extension Resources {
  fileprivate func lookup(
    _ handle: ResourceHandle, _ key: TensorType, _ value: TensorType
  ) throws -> Lookup {
    guard let table = objects[handle.identifier] as? Lookup else {
      throw OperatorFault.invalid("the table is not there yet")
    }
    guard table.keyType == key, table.valueType == value else {
      throw OperatorFault.invalid(
        "the table maps \(table.keyType) to \(table.valueType), not \(key) to \(value)")
    }
    return table
  }
}
