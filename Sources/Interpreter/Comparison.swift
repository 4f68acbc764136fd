import OpSet
import TFLite

/// How far a model's outputs are from those of the model that it stands for, on the same inputs.
///
/// Inputs and outputs are matched by name where both models have the same ones, else by position;
/// tensors inside by name and shape, where both models have them.
public final class Comparison {
  /// One tensor of both models.
  public struct Row: Sendable {
    public let name: String
    /// The operator that makes it in the other model.
    public let operatorName: String
    public let statistics: ErrorStatistics
  }

  public let reference: Interpreter
  public let other: Interpreter
  public private(set) var samples = 0
  private var outputs: [ErrorStatistics]
  private var tensors: [String: (order: Int, operatorName: String, ErrorStatistics)] = [:]
  /// Names that exactly one result of each model has.
  private let shared: Set<String>
  private var kept: [String: (shape: [Int], values: [Float])] = [:]
  /// The other model's input and output for each of the reference.
  private let otherInputs: [Int]
  private let otherOutputs: [Int]

  /// Both models must have the same number of inputs and outputs, with the same element counts;
  /// types may differ where they are quantized.
  public init(reference: Interpreter, other: Interpreter, tensors: Bool) throws {
    self.reference = reference
    self.other = other
    outputs = Array(repeating: ErrorStatistics(), count: reference.outputs.count)
    shared = tensors ? reference.resultNames.intersection(other.resultNames) : []
    otherInputs = Port.match(reference.inputs, in: other.inputs)
    otherOutputs = Port.match(reference.outputs, in: other.outputs)
    guard reference.inputs.count == other.inputs.count else {
      throw ComparisonFault.inputs(reference.inputs.count, other.inputs.count)
    }
    guard reference.outputs.count == other.outputs.count else {
      throw ComparisonFault.outputs(reference.outputs.count, other.outputs.count)
    }
    for (port, index) in zip(reference.inputs, otherInputs)
    where !port.takesShapes(of: other.inputs[index]) {
      throw ComparisonFault.inputShape(
        port.signatureName ?? port.name, expected: port.signature,
        found: other.inputs[index].signature)
    }
  }

  /// Runs both models on one sample: an array for each input of the reference.
  public func add(_ sample: [DenseArray]) throws {
    kept = [:]
    try run(reference, sample) { [self] in keep($0) }
    let expected = reference.outputs.indices.map { reference.outputValue($0).reals }
    let shapes = reference.outputs.indices.map { reference.outputValue($0).shape }
    var moved = sample
    for (index, place) in otherInputs.enumerated() { moved[place] = sample[index] }
    try run(other, moved) { [self] in compare($0) }
    for (index, place) in otherOutputs.enumerated() {
      let found = other.outputValue(place)
      guard found.shape == shapes[index] else {
        throw ComparisonFault.outputShape(
          other.outputs[place].name, expected: shapes[index], found: found.shape)
      }
      guard let values = expected[index], let reals = found.reals else { continue }
      outputs[index].add(reference: values, other: reals, rowLength: shapes[index].last ?? 1)
    }
    samples += 1
    kept = [:]
  }

  private func run(
    _ interpreter: Interpreter, _ sample: [DenseArray],
    _ observe: @escaping (Interpreter.Observation) -> Void
  ) throws {
    try interpreter.resize(sample.map(\.shape))
    for (index, array) in sample.enumerated() {
      let converted = try interpreter.inputs[index].encoding(array)
      try converted.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
    }
    interpreter.resetState()
    if shared.isEmpty { try interpreter.run() } else { try interpreter.run(observing: observe) }
  }

  private func keep(_ observation: Interpreter.Observation) {
    for value in observation.outputs where shared.contains(value.tensor.label) {
      kept[value.tensor.label] = value.reals.map { (value.shape, $0) }
    }
  }

  private func compare(_ observation: Interpreter.Observation) {
    for value in observation.outputs {
      let name = value.tensor.label
      guard let (shape, values) = kept[name], shape == value.shape, let found = value.reals else {
        continue
      }
      var row = tensors[name] ?? (tensors.count, observation.name, ErrorStatistics())
      row.2.add(reference: values, other: found, rowLength: shape.last ?? 1)
      tensors[name] = row
    }
  }

  // MARK: Results

  /// Both models' output at an index of the reference's, as the last run left them; nil where an
  /// output has no real values.
  public func values(
    ofOutput index: Int
  ) -> (reference: [Float]?, other: [Float]?, shape: [Int]) {
    let value = reference.outputValue(index)
    return (value.reals, other.outputValue(otherOutputs[index]).reals, value.shape)
  }

  public var outputRows: [Row] {
    outputs.indices.map { index in
      let port = other.outputs[otherOutputs[index]]
      return Row(
        name: port.signatureName ?? port.name, operatorName: "", statistics: outputs[index])
    }
  }

  /// In the order in which the other model makes them.
  public var tensorRows: [Row] {
    tensors.sorted { $0.value.order < $1.value.order }.map { name, row in
      Row(name: name, operatorName: row.operatorName, statistics: row.2)
    }
  }
}

/// Why two models cannot be compared.
public enum ComparisonFault: Error, Equatable, Sendable {
  case inputs(Int, Int)
  case outputs(Int, Int)
  case outputShape(String, expected: [Int], found: [Int])
  /// −1 stands for any size.
  case inputShape(String, expected: [Int], found: [Int])
  case inputType(String, expected: TensorType, found: TensorType)
  /// Every output has strings or complex numbers, or no elements.
  case noNumbers
}

extension Port {
  /// The index in `others` for each of `ports`: by the signatures' names or the tensors', where both
  /// have just the same; else by position.
  static func match(_ ports: [Port], in others: [Port]) -> [Int] {
    for name in [\.signatureName, \.tensorName] as [KeyPath<Port, String?>] {
      let wanted = ports.compactMap { $0[keyPath: name] }
      let known = others.compactMap { $0[keyPath: name] }
      guard wanted.count == ports.count, Set(wanted).count == wanted.count,
        known.count == wanted.count, Set(known) == Set(wanted)
      else { continue }
      return wanted.compactMap { known.firstIndex(of: $0) }
    }
    return Array(others.indices)
  }

  private var tensorName: String? { name.isEmpty ? nil : name }

  /// Whether a shape of the other input can be one of this; any size goes with any other.
  func takesShapes(of other: Port) -> Bool {
    signature.count == other.signature.count
      && zip(signature, other.signature).allSatisfy { $0 == $1 || $0 < 0 || $1 < 0 }
  }
}

extension Port {
  /// The sample as this input takes it: quantized with the input's scale where it is float.
  public func encoding(_ array: DenseArray) throws -> DenseArray {
    guard array.type != type else { return array }
    guard array.type == .float32, let scale = quantization?.scale?.first,
      let bits = type.bits, bits == 8 || bits == 16
    else { throw ComparisonFault.inputType(name, expected: type, found: array.type) }
    let zero = Float(quantization?.zeroPoint?.first ?? 0)
    let isSigned = type == .int8 || type == .int16
    let least: Float = isSigned ? -Float(1 << (bits - 1)) : 0
    let most = least + Float(1 << bits) - 1
    var bytes: [UInt8] = []
    array.bytes.withUnsafeBytes { source in
      for index in 0..<array.elementCount {
        let x = source.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
        let q = (x / scale).rounded(.toNearestOrAwayFromZero) + zero
        let integer = Int(max(least, min(most, q.isNaN ? zero : q)))
        bytes.append(UInt8(truncatingIfNeeded: integer))
        if bits == 16 { bytes.append(UInt8(truncatingIfNeeded: integer >> 8)) }
      }
    }
    return DenseArray(type, shape: array.shape, bytes: bytes)
  }
}

extension Interpreter {
  /// Names that exactly one float or quantized result of the main subgraph has.
  var resultNames: Set<String> {
    var counts: [String: Int] = [:]
    for name in mainResults { counts[name, default: 0] += 1 }
    return Set(counts.filter { $0.value == 1 && !$0.key.isEmpty }.keys)
  }
}
