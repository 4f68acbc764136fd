import KernelTable
import TFLite

/// The weights of a recurrent cell on their way into the kernels. What is not constant is packed
/// for each run, in which the operator is prepared again.
extension Preparation {
  /// The matrices [units, depth] of several gates side by side, each from a panel of its own; gates
  /// of which `filters` names none give zero or their bias.
  func gates(
    slot: Int, filters: [Int?], biases: [Int?], units: Int, depth: Int
  ) throws -> PackedWeights {
    for filter in filters.compactMap({ $0 }) {
      let value = try input(filter)
      try require(
        value.shape == [units, depth],
        "input \(filter) has the shape \(value.shape), expected \([units, depth])")
    }
    for bias in biases.compactMap({ $0 }) {
      let value = try input(bias)
      try requireType(value, .float32, what: "a bias")
      try require(value.count == units, "input \(bias) has \(value.count) values, not \(units)")
    }
    let panels = PackedProduct.panels(columns: units)
    return try made(slot, of: (filters + biases).compactMap { $0 }) {
      let packed = PackedWeights(columns: filters.count * panels * 16, steps: depth)
      for gate in filters.indices {
        let part = PackedWeights(
          partOf: packed, firstPanel: gate * panels, columns: units)
        if let filter = filters[gate] { try pack(filter, part) }
        if let bias = biases[gate] { part.setBias(try input(bias).floats) }
      }
      return packed
    }
  }

  private func pack(_ index: Int, _ target: PackedWeights) throws {
    let filter = try input(index)
    let depth = filter.shape[1]
    if filter.type == .float32 {
      target.pack(filter.floats, columnStride: depth, stepStride: 1, stepCount: depth)
    } else {
      // Old converters say uint8 and mean int8.
      target.pack(
        filter.pointer(Int8.self), scale: try scale(index), columnStride: depth, stepStride: 1,
        stepCount: depth)
    }
  }

  /// The weights of a diagonal matrix, as floats; nil for an operand that is left out.
  func diagonal(slot: Int, _ index: Int, units: Int) throws -> FloatVector? {
    guard let value = optionalInput(index) else { return nil }
    try require(
      value.shape == [units], "input \(index) has the shape \(value.shape), expected \([units])")
    let scale = try scale(index)
    return try made(slot, of: [index]) { FloatVector(value, scale: scale) }
  }

  /// All weights, as floats.
  func matrix(slot: Int, _ index: Int) throws -> FloatVector {
    let value = try input(index)
    let scale = try scale(index)
    return try made(slot, of: [index]) { FloatVector(value, scale: scale) }
  }

  /// The scale of int8 weights; 1 for float.
  private func scale(_ index: Int) throws -> Float {
    let value = try input(index)
    try requireType(value, .float32, .int8, .uint8, what: "a cell's weights")
    if value.type == .float32 { return 1 }
    guard let scale = value.tensor.quantization?.scale?.first else {
      throw OperatorFault.invalid("input \(index) has no scale")
    }
    return scale
  }

  private func made<Packed: AnyObject>(
    _ slot: Int, of indices: [Int], _ make: () throws -> Packed
  ) throws -> Packed {
    let values = try indices.map { try input($0) }
    guard values.allSatisfy(\.isKnown) else {
      for index in indices { _ = try known(index) }
      return try make()
    }
    for index in indices { consume(index) }
    return try packed(slot: slot) {
      for index in indices { _ = try known(index) }
      return try make()
    }
  }

  /// A state: a variable of the operator's own with a row for each batch.
  func state(_ index: Int, batches: Int, units: Int) throws -> Value {
    let value = try input(index)
    try requireType(value, .float32, what: "a state")
    try require(value.tensor.isVariable, "input \(index) is not a variable")
    try require(
      value.count == batches * units,
      "input \(index) has \(value.count) values, expected \(batches * units)")
    return value
  }
}

/// A copy of a vector of weights.
final class FloatVector: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>

  init(_ value: Value, scale: Float) {
    base = .allocate(capacity: value.count + 16)
    base.initialize(repeating: 0, count: value.count + 16)
    for index in 0..<value.count {
      base[index] =
        value.type == .float32
        ? value.floats[index] : Float(value.pointer(Int8.self)[index]) * scale
    }
  }

  deinit { base.deallocate() }
}
