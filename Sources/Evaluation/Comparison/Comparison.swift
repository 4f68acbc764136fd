import Interpreter
import OpSet
import Platform
import TFLite

/// The difference between the outputs of a model and of its reference, on the same inputs.
///
/// Inputs and outputs are matched by name if both models have the same names, else by position;
/// inner tensors by name and shape, if both models have them.
package final class Comparison {
  package let reference: Interpreter
  package let other: Interpreter
  package private(set) var samples = 0
  /// In the order of the reference's outputs.
  package private(set) var outputRows: [Row] = []
  /// In the order in which the other model computes them.
  package private(set) var tensorRows: [Row] = []
  private var positions: [String: Int] = [:]
  /// For each result of the other model, the reference's result.
  private let counterparts: [String: String]
  private let wanted: Set<String>
  /// For each of these results of the reference, how many results of the other model it is for.
  private let uses: [String: Int]
  /// The same, without those that were compared on this sample.
  private var left: [String: Int] = [:]
  /// The reference's operators that compute these results.
  private let places: [String: Int]
  /// The reference's next operator.
  private var next = 0
  /// The factors of the channels of the other model's tensors, by the reference's names; nil if
  /// they are estimated.
  private let factors: [String: [Float]]?
  private var kept: [String: (type: TensorType, shape: [Int], values: [Float], floors: [Float]?)] =
    [:]
  private let depths: RowDepths
  /// Results that are not yet compared. A tensor that only SOFTMAX reads is compared where its
  /// values count.
  private var pending: [Pending] = []
  private var pendingValues = 0

  private struct Pending {
    let position: Int
    let found: [Float]
    let reference: [Float]
    let channels: Int
    let encoding: Affine?
    let factors: [Float]?
  }

  /// The number of values that are compared at once, each tensor on one thread.
  private static let mostPending = 1 << 21
  /// The other model's input for each input of the reference, and its output for each output.
  private let otherInputs: [Int]
  private let otherOutputs: [Int]

  /// Both models must have the same number of inputs and outputs, with the same element counts.
  /// Types may differ if they are quantized.
  package init(
    reference: Interpreter, other: Interpreter, tensors: Bool, factors: [String: [Float]]? = nil
  ) throws {
    self.factors = factors
    depths = RowDepths(reference.file.model)
    self.reference = reference
    self.other = other
    counterparts =
      tensors ? Self.counterparts(of: other.resultNames, in: reference.resultNames) : [:]
    wanted = Set(counterparts.values)
    uses = counterparts.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    var places: [String: Int] = [:]
    for (index, node) in reference.mainNodes.enumerated() {
      for case let output? in node.outputs { places[output.tensor.label] = index }
    }
    self.places = places
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
    outputRows = zip(reference.outputs, otherOutputs).map { first, index in
      let port = other.outputs[index]
      return Row(
        name: port.signatureName ?? port.name, referenceType: first.type, type: port.type)
    }
  }

  /// Runs both models on one sample: an array for each input of the reference. The reference runs as
  /// far as the other model's results need, so that few results wait for their counterparts.
  package func add(_ sample: [DenseArray]) throws {
    (kept, left, next) = ([:], uses, 0)
    var moved = sample
    for (index, place) in otherInputs.enumerated() { moved[place] = sample[index] }
    try set(reference, sample)
    try set(other, moved)
    try other.run(observing: counterparts.isEmpty ? nil : { [self] in try compare($0) })
    comparePending()
    try advance(to: reference.mainNodes.count)
    for (index, place) in otherOutputs.enumerated() {
      let (expected, found) = (reference.outputValue(index), other.outputValue(place))
      guard found.shape == expected.shape else {
        throw ComparisonFault.outputShape(
          other.outputs[place].name, expected: expected.shape, found: found.shape)
      }
      guard let values = expected.reals, let reals = found.reals else { continue }
      outputRows[index].addOutput(
        reals, reference: values, shape: found.shape, encoding: Affine(found.tensor))
    }
    samples += 1
    kept = [:]
  }

  private func set(_ interpreter: Interpreter, _ sample: [DenseArray]) throws {
    try interpreter.resize(sample.map(\.shape))
    for (index, array) in sample.enumerated() {
      let converted = try interpreter.inputs[index].encoding(array)
      try converted.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
    }
    interpreter.resetState()
  }

  /// Runs the reference's operators up to `end`.
  private func advance(to end: Int) throws {
    guard next < end else { return }
    let operators = next..<end
    next = end
    try reference.run(operators, observing: wanted.isEmpty ? nil : { [self] in keep($0) })
  }

  private func keep(_ observation: Interpreter.Observation) {
    for value in observation.outputs where wanted.contains(value.tensor.label) {
      let width = value.shape.last ?? 1
      kept[value.tensor.label] = value.reals.map { reals in
        let floors = depths.floors(of: value.id, reals, width: width)
        return (
          value.type, value.shape, floors.map { reals.raised(to: $0, width: width) } ?? reals,
          floors
        )
      }
    }
  }

  private func compare(_ observation: Interpreter.Observation) throws {
    for value in observation.outputs {
      let name = value.tensor.label
      guard let counterpart = counterparts[name], let place = places[counterpart] else { continue }
      try advance(to: place + 1)
      guard let known = kept[counterpart] else { continue }
      drop(counterpart, after: observation)
      guard known.shape == value.shape, let found = value.reals else { continue }
      let channels = value.shape.last ?? 1
      let position = positions[name] ?? tensorRows.count
      if position == tensorRows.count {
        positions[name] = position
        tensorRows.append(
          Row(
            name: name, operatorName: observation.name,
            place: .init(
              subgraph: observation.subgraph, index: observation.operatorIndex,
              name: observation.name), referenceType: known.type, type: value.type))
      }
      pending.append(
        Pending(
          position: position,
          found: known.floors.map { found.raised(to: $0, width: channels) } ?? found,
          reference: known.values, channels: channels, encoding: Affine(value.tensor),
          factors: factors.map { $0[counterpart] ?? [] }))
      pendingValues += found.count
      if pendingValues > Self.mostPending { comparePending() }
    }
  }

  /// Forgets a result of the reference once all its counterparts were compared.
  private func drop(_ name: String, after observation: Interpreter.Observation) {
    // The body of a loop computes its tensors several times.
    guard !other.outputs.isEmpty, observation.subgraph == other.outputValue(0).id.subgraph else {
      return
    }
    left[name, default: 1] -= 1
    if left[name] == 0 { kept[name] = nil }
  }

  /// Compares the pending results. A tensor that a loop computes again waits for its turn, so that
  /// its values are counted in order.
  private func comparePending() {
    let turns = Dictionary(grouping: pending, by: \.position).map { $0 }
    (pending, pendingValues) = ([], 0)
    tensorRows.withUnsafeMutableBufferPointer { rows in
      nonisolated(unsafe) let rows = rows
      Threads.forEach(turns.count, limit: reference.pool.lanes) { index in
        for turn in turns[index].value {
          rows[turn.position].add(
            turn.found, reference: turn.reference, channels: turn.channels, encoding: turn.encoding,
            factors: turn.factors)
        }
      }
    }
  }

  // MARK: Results

  /// Returns the values of both models at an output of the reference, from the last run; nil if an
  /// output has no real values.
  package func values(
    ofOutput index: Int
  ) -> (reference: [Float]?, other: [Float]?, shape: [Int]) {
    let value = reference.outputValue(index)
    return (value.reals, other.outputValue(otherOutputs[index]).reals, value.shape)
  }

  /// Returns results of the same name. If a model has a tensor as floats and as integers, the name
  /// of the integers is that of the floats with a suffix.
  private static func counterparts(
    of names: Set<String>, in known: Set<String>
  ) -> [String: String] {
    var found: [String: String] = [:]
    for name in names {
      if known.contains(name) {
        found[name] = name
      } else if let cut = name.lastIndex(of: "_"), known.contains(String(name[..<cut])),
        ["_int8", "_uint8", "_int16"].contains(String(name[cut...]))
      {
        found[name] = String(name[..<cut])
      }
    }
    return found
  }
}

extension Port {
  /// Returns the index in `others` for each of `ports`: by signature or tensor names if both models
  /// have the same, else by position.
  package static func match(_ ports: [Port], in others: [Port]) -> [Int] {
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

  /// Whether this input accepts the shapes of the other one; a free size matches any.
  package func takesShapes(of other: Port) -> Bool {
    signature.count == other.signature.count
      && zip(signature, other.signature).allSatisfy { $0 == $1 || $0 < 0 || $1 < 0 }
  }
}

extension Port {
  /// Returns the sample for this input: floats are quantized with the input's scale.
  package func encoding(_ array: DenseArray) throws -> DenseArray {
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
  /// Names of float or quantized results in the main subgraph that occur exactly once.
  package var resultNames: Set<String> {
    var counts: [String: Int] = [:]
    for name in mainResults { counts[name, default: 0] += 1 }
    return Set(counts.filter { $0.value == 1 && !$0.key.isEmpty }.keys)
  }
}
