import Optimizer
import TFLite

/// Puts a multiplication, division, addition or subtraction of a constant for each channel, and NEG,
/// into the weights and bias of the product before or behind it. Never into stored float16 or integer
/// weights, which would be rounded, nor where zeros of a padding would have to be shifted.
struct ProductConstants: FixRule {
  static let name = "products"
  static let summary = "MUL, ADD, SUB, DIV and NEG with constants into weights and biases"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let scaling = try Scaling(entry, editor), let result = entry.outputs?.first,
      editor.haveSameForm(scaling.operand, result)
    else { return false }
    if try behindProduct(index, entry, scaling, &editor) { return true }
    return try beforeProduct(entry, scaling, &editor)
  }

  private func behindProduct(
    _ index: Int, _ entry: Operator, _ scaling: Scaling, _ editor: inout GraphEditor
  ) throws -> Bool {
    guard editor.hasOneReader(scaling.operand), let maker = editor.producer(of: scaling.operand),
      editor.isLinear(maker.entry), var weights = try ProductWeights(maker.entry, editor),
      scaling.fits(weights.outputs), scaling.keepsScale || weights.isOwn
    else { return false }
    if !scaling.keepsScale { weights.scaleOutputs(scaling) }
    weights.addToBias((0..<weights.outputs).map { Double(scaling.shift($0)) })
    var product = maker.entry
    weights.write(into: &product, &editor, withFilter: !scaling.keepsScale)
    product.outputs = entry.outputs
    guard let fused = editor.with(activation: editor.activation(of: entry), product) else {
      return false
    }
    editor.replace(maker.index, with: fused)
    editor.remove([index])
    return true
  }

  private func beforeProduct(
    _ entry: Operator, _ scaling: Scaling, _ editor: inout GraphEditor
  ) throws -> Bool {
    guard editor.isLinear(entry), let made = entry.outputs?.first, editor.hasOneReader(made),
      let use = editor.uses(of: made).first, use.operand == 0,
      var weights = try ProductWeights(editor.operators[use.operation], editor),
      editor.dimensions(made)?.last == weights.inputs, scaling.fits(weights.inputs),
      scaling.keepsScale || weights.isOwn, !scaling.shifts || !weights.padsWithZeros
    else { return false }
    if scaling.shifts { weights.addToBias(weights.response(to: scaling)) }
    if !scaling.keepsScale { weights.scaleInputs(scaling) }
    var product = editor.operators[use.operation]
    weights.write(into: &product, &editor, withFilter: !scaling.keepsScale)
    product.inputs?[0] = scaling.operand
    editor.replace(use.operation, with: product)
    return true
  }
}

/// An operator that computes scale × x + shift with constants for each channel.
struct Scaling {
  let operand: Int32
  private let scales: [Float]
  private let shifted: [Float]

  func scale(_ channel: Int) -> Float { scales.count == 1 ? scales[0] : scales[channel] }
  func shift(_ channel: Int) -> Float { shifted.count == 1 ? shifted[0] : shifted[channel] }

  var keepsScale: Bool { scales == [1] }
  var shifts: Bool { shifted != [0] }

  func fits(_ channels: Int) -> Bool {
    (scales.count == 1 || scales.count == channels)
      && (shifted.count == 1 || shifted.count == channels)
  }

  /// Returns nil for other operators.
  init?(_ entry: Operator, _ editor: GraphEditor) throws {
    guard let inputs = entry.inputs, let result = entry.outputs?.first, editor.isFloat(result)
    else { return nil }
    let kind = editor.kind(of: entry)
    if kind == .negate {
      (operand, scales, shifted) = (inputs[0], [-1], [0])
      return
    }
    guard inputs.count == 2, [.add, .subtract, .multiply, .divide].contains(kind) else {
      return nil
    }
    if let values = try Self.channels(inputs[1], editor), !editor.isConstant(inputs[0]) {
      operand = inputs[0]
      switch kind {
      case .multiply: (scales, shifted) = (values, [0])
      case .divide: (scales, shifted) = (values.map { 1 / $0 }, [0])
      case .add: (scales, shifted) = ([1], values)
      default: (scales, shifted) = ([1], values.map { -$0 })
      }
    } else if let values = try Self.channels(inputs[0], editor), !editor.isConstant(inputs[1]),
      kind != .divide
    {
      operand = inputs[1]
      switch kind {
      case .multiply: (scales, shifted) = (values, [0])
      case .add: (scales, shifted) = ([1], values)
      default: (scales, shifted) = ([-1], values)
      }
    } else {
      return nil
    }
    guard scales.allSatisfy(\.isFinite), shifted.allSatisfy(\.isFinite) else { return nil }
  }

  /// Returns one value, or one for each index of the last axis.
  private static func channels(_ tensor: Int32, _ editor: GraphEditor) throws -> [Float]? {
    guard editor.isConstant(tensor), let sizes = editor.staticShape(tensor),
      sizes.dropLast().allSatisfy({ $0 == 1 })
    else { return nil }
    return try editor.floats(tensor)
  }
}

/// The float weights and the bias of a product, to be changed.
struct ProductWeights {
  private let kind: BuiltinOperator
  private let shape: [Int]
  private var filter: [Float]
  private var bias: [Double]
  private var biasChanged = false
  /// Whether nothing else reads the filter, and the file holds it as these floats.
  let isOwn: Bool
  let padsWithZeros: Bool
  let inputs: Int
  let outputs: Int

  /// Returns nil for operators that are no products with constant float weights.
  init?(_ entry: Operator, _ editor: GraphEditor) throws {
    kind = editor.kind(of: entry)
    guard [.conv2D, .depthwiseConv2D, .fullyConnected].contains(kind), let operands = entry.inputs,
      operands.count > 1, editor.isConstant(operands[1]),
      let shape = editor.staticShape(operands[1]), let filter = try editor.floats(operands[1]),
      let result = entry.outputs?.first, editor.isFloat(result), editor.isFloat(operands[0]),
      let channels = editor.dimensions(operands[0])?.last
    else { return nil }
    let isMatrix = kind == .fullyConnected
    guard shape.count == (isMatrix ? 2 : 4) else { return nil }
    self.shape = shape
    self.filter = filter
    outputs = kind == .depthwiseConv2D ? shape[3] : shape[0]
    inputs = kind == .depthwiseConv2D ? channels : shape[shape.count - 1]
    guard inputs > 0, outputs > 0, kind != .depthwiseConv2D || outputs % inputs == 0,
      inputs == channels
    else { return nil }
    isOwn =
      editor.isPlain(operands[1]) && editor.uses(of: operands[1]).count == 1
      && editor.isInner(operands[1])
    let padding =
      kind == .conv2D
      ? entry.builtinOptions?[Conv2D.padding] : entry.builtinOptions?[DepthwiseConv2D.padding]
    padsWithZeros = !isMatrix && padding != 1
    if operands.count > 2, operands[2] >= 0 {
      guard editor.isPlain(operands[2]), let values = try editor.floats(operands[2]),
        values.count == outputs
      else { return nil }
      bias = values.map(Double.init)
    } else {
      bias = [Double](repeating: 0, count: outputs)
    }
  }

  private func output(_ place: Int) -> Int {
    kind == .depthwiseConv2D ? place % outputs : place / (filter.count / outputs)
  }

  private func input(_ place: Int) -> Int {
    kind == .depthwiseConv2D ? place % outputs / (outputs / inputs) : place % inputs
  }

  mutating func scaleOutputs(_ scaling: Scaling) {
    for place in filter.indices { filter[place] *= scaling.scale(output(place)) }
    for channel in bias.indices { bias[channel] *= Double(scaling.scale(channel)) }
    biasChanged = true
  }

  mutating func scaleInputs(_ scaling: Scaling) {
    for place in filter.indices { filter[place] *= scaling.scale(input(place)) }
  }

  /// Returns what the product makes of the shifts.
  func response(to scaling: Scaling) -> [Double] {
    var sums = [Double](repeating: 0, count: outputs)
    for place in filter.indices {
      sums[output(place)] += Double(filter[place]) * Double(scaling.shift(input(place)))
    }
    return sums
  }

  mutating func addToBias(_ values: [Double]) {
    for channel in bias.indices { bias[channel] += values[channel] }
    biasChanged = true
  }

  func write(into product: inout Operator, _ editor: inout GraphEditor, withFilter: Bool) {
    if withFilter, let old = product.inputs?[1] {
      product.inputs?[1] = editor.addConstant(editor.tensor(old).label, shape, filter)
    }
    let isNeeded = biasChanged && (bias.contains { $0 != 0 } || (product.inputs?.count ?? 0) > 2)
    guard isNeeded else { return }
    let constant = editor.addConstant("bias", [outputs], bias.map { Float($0) })
    if product.inputs?.count == 2 {
      product.inputs?.append(constant)
    } else {
      product.inputs?[2] = constant
    }
  }
}
