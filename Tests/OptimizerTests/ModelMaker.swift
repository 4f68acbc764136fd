import FlatBuffers
import TFLite
import TestSupport

/// Makes small models for tests: one subgraph, built tensor by tensor.
struct ModelMaker {
  private(set) var model = Model()

  init() {
    model.version = 3
    model.buffers = [Buffer()]
    var subgraph = Subgraph()
    subgraph.inputs = []
    subgraph.outputs = []
    model.subgraphs = [subgraph]
  }

  @discardableResult
  mutating func activation(_ name: String, _ shape: [Int32], _ type: TensorType = .float32) -> Int32
  {
    var tensor = Tensor()
    tensor.name = Text(name)
    tensor.shape = shape
    tensor.type = type
    return append(tensor)
  }

  mutating func input(_ name: String, _ shape: [Int32], _ type: TensorType = .float32) -> Int32 {
    let index = activation(name, shape, type)
    model.subgraphs[0].inputs?.append(index)
    return index
  }

  mutating func constant(_ name: String, _ shape: [Int32], _ values: [Float]) -> Int32 {
    constant(name, shape, .float32, bytes: [UInt8](of: values))
  }

  mutating func constant(
    _ name: String, _ shape: [Int32], _ type: TensorType, bytes: [UInt8]
  ) -> Int32 {
    constant(name, shape, type, buffer: model.append(.bytes(bytes)))
  }

  mutating func constant(
    _ name: String, _ shape: [Int32], _ type: TensorType, buffer: UInt32
  ) -> Int32 {
    var tensor = Tensor()
    tensor.name = Text(name)
    tensor.shape = shape
    tensor.type = type
    tensor.buffer = buffer
    return append(tensor)
  }

  private mutating func append(_ tensor: Tensor) -> Int32 {
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  /// Adds an operator with one output of the given shape and returns it.
  @discardableResult
  mutating func operation(
    _ kind: String, _ inputs: [Int32], _ name: String, _ shape: [Int32], options: UInt8 = 0
  ) -> Int32 {
    let output = activation(name, shape)
    var entry = Operator()
    entry.opcodeIndex = model.code(
      for: BuiltinOperator(named: kind) ?? .placeholder, version: 1)
    entry.inputs = inputs
    entry.outputs = [output]
    entry.builtinOptionsType = options
    entry.builtinOptions = Options(.builtinOptions, tag: options)
    model.subgraphs[0].operators.append(entry)
    return output
  }

  /// Adds an operator with several outputs of one shape and returns them.
  mutating func operation(
    _ kind: String, _ inputs: [Int32], _ names: [String], _ shape: [Int32], options: UInt8 = 0
  ) -> [Int32] {
    let first = operation(kind, inputs, names[0], shape, options: options)
    let all = [first] + names.dropFirst().map { activation($0, shape) }
    model.subgraphs[0].operators[model.subgraphs[0].operators.count - 1].outputs = all
    return all
  }

  mutating func integers(_ name: String, _ shape: [Int32], _ values: [Int32]) -> Int32 {
    constant(name, shape, .int32, bytes: [UInt8](of: values))
  }

  /// Sets options of the last operator.
  mutating func configure(_ change: (inout Options?) -> Void) {
    let last = model.subgraphs[0].operators.count - 1
    change(&model.subgraphs[0].operators[last].builtinOptions)
  }

  mutating func output(_ tensor: Int32) { model.subgraphs[0].outputs?.append(tensor) }

  mutating func edit(_ tensor: Int32, _ change: (inout Tensor) -> Void) {
    change(&model.subgraphs[0].tensors[Int(tensor)])
  }

  /// The model in the place of another file's, whose bytes it does not use.
  func file() throws -> ModelFile {
    var file = try Fixtures.open("bmm")
    file.model = model
    return file
  }
}

/// Values without a pattern that hides mistakes: of different size in each row and column.
func weights(_ count: Int, seed: UInt64 = 1) -> [Float] {
  unitValues(count, seed: seed).enumerated().map { index, value in
    (value - 0.5) * (1 + Float(index % 7) + Float(index / 37 % 5))
  }
}

/// Tags of `BuiltinOptions`.
enum OptionTag {
  static let conv2D: UInt8 = 1
  static let depthwiseConv2D: UInt8 = 2
  static let fullyConnected: UInt8 = 8
  static let add: UInt8 = 11
  static let gather: UInt8 = 23
  static let transposeConv: UInt8 = 49
  static let batchMatMul: UInt8 = 101
}
