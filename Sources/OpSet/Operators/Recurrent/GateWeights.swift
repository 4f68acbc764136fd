import KernelTable
import TFLite

/// The matrices of several gates side by side, each from a panel of its own.
final class GateMatrix {
  let weights: PackedWeights
  /// The scales of int8 weights, one for each column. The panels then have integers and no bias:
  /// their products with rounded inputs are exact sums and are scaled afterwards, as in LiteRT.
  private let scales: FloatVector?
  private let bias: FloatVector?

  fileprivate init(_ weights: PackedWeights, scales: FloatVector?, bias: FloatVector?) {
    self.weights = weights
    self.scales = scales
    self.bias = bias
  }

  var isHybrid: Bool { scales != nil }

  /// Adds the products of a row of input to `base`, or to the bias. `scale` is the row's, and is
  /// ignored for float weights. `output` may be one of the others.
  func finish(
    _ products: UnsafePointer<Float>, base: UnsafePointer<Float>?, scale: Float,
    _ output: UnsafeMutablePointer<Float>, _ count: Int, _ kernels: KernelTable
  ) {
    guard let scales = scales?.base else {
      if let base {
        kernels.binary(.add, base, 1, products, 1, output, count, -.infinity, .infinity)
      }
      return
    }
    if let addend = base ?? bias.map({ UnsafePointer($0.base) }) {
      for column in 0..<count {
        output[column] = addend[column] + products[column] * (scale * scales[column])
      }
    } else {
      for column in 0..<count { output[column] = products[column] * (scale * scales[column]) }
    }
  }

  /// Returns stages that compute the product with the weights and the bias for every row of the
  /// input, or add the product to the values of `target`.
  func stages(
    _ preparation: Preparation, _ input: SequenceInput, addingTo target: Scratch, isFirst: Bool
  ) -> [Stage] {
    let products = isFirst ? target : preparation.scratch(bytes: target.byteCount)
    let rows = ProductRows(
      kernels: preparation.kernels, rows: input.rows, depth: input.depth, weights: weights,
      activation: .none)
    let stage = rows.stage(preparation, input: input.pointer, output: { products.floats() })
    guard isHybrid || !isFirst else { return [stage] }
    let (columns, kernels) = (weights.columns, preparation.kernels)
    return [
      stage,
      .each(of: input.rows, operations: input.rows * columns) { row, _ in
        let result = target.floats() + row &* columns
        self.finish(
          products.floats() + row &* columns, base: isFirst ? nil : UnsafePointer(result),
          scale: input.scales?.floats()[row] ?? 1, result, columns, kernels)
      },
    ]
  }
}

/// Packing of the weights of recurrent cells. Weights that are not constant are packed before each
/// run, for which the operator is prepared again.
extension Preparation {
  /// Returns the matrices [units, depth]. A gate that `filters` does not name gives its bias, or
  /// zero.
  func gates(
    slot: Int, filters: [Int?], biases: [Int?], units: Int, depth: Int
  ) throws -> GateMatrix {
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
    let isHybrid = try filters.contains { try $0.map { try input($0).type != .float32 } ?? false }
    let panels = PackedProduct.panels(columns: units)
    return try made(slot, of: (filters + biases).compactMap { $0 }) {
      let columns = filters.count * panels * 16
      let packed = PackedWeights(columns: columns, steps: depth)
      let scales = FloatVector(count: columns)
      let addends = FloatVector(count: columns)
      for gate in filters.indices {
        let first = gate * panels * 16
        let part = PackedWeights(partOf: packed, firstPanel: gate * panels, columns: units)
        if let filter = filters[gate] {
          try pack(filter, part)
          (scales.base + first).update(repeating: try scale(filter), count: units)
        }
        if let bias = biases[gate] {
          let floats = try input(bias).floats
          if !isHybrid { part.setBias(floats) }
          (addends.base + first).update(from: floats, count: units)
        }
      }
      let hasBias = biases.contains { $0 != nil }
      return GateMatrix(
        packed, scales: isHybrid ? scales : nil, bias: isHybrid && hasBias ? addends : nil)
    }
  }

  private func pack(_ index: Int, _ target: PackedWeights) throws {
    let filter = try input(index)
    let depth = filter.shape[1]
    if filter.type == .float32 {
      target.pack(filter.floats, columnStride: depth, stepStride: 1, stepCount: depth)
    } else {
      // Old converters write uint8 where the data is int8.
      target.pack(
        filter.pointer(Int8.self), columnStride: depth, stepStride: 1, stepCount: depth)
    }
  }

  /// Returns the weights of a diagonal matrix, as floats; nil for an operand that is left out.
  func diagonal(slot: Int, _ index: Int, units: Int) throws -> FloatVector? {
    guard let value = optionalInput(index) else { return nil }
    try require(
      value.shape == [units], "input \(index) has the shape \(value.shape), expected \([units])")
    return try matrix(slot: slot, index)
  }

  /// Returns all weights, as floats.
  func matrix(slot: Int, _ index: Int) throws -> FloatVector {
    let value = try input(index)
    let scale = try scale(index)
    return try made(slot, of: [index]) { FloatVector(value, scale: scale) }
  }

  /// Returns the scale of int8 weights; 1 for float.
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

  /// Returns a state: a variable of the operator's own with a row for each batch.
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

/// Floats that were made of constants.
final class FloatVector: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>

  /// Zeros.
  init(count: Int) {
    base = .allocate(capacity: count + 16)
    base.initialize(repeating: 0, count: count + 16)
  }

  convenience init(_ value: Value, scale: Float) {
    self.init(count: value.count)
    for index in 0..<value.count {
      base[index] =
        value.type == .float32
        ? value.floats[index] : Float(value.pointer(Int8.self)[index]) * scale
    }
  }

  deinit { base.deallocate() }
}
