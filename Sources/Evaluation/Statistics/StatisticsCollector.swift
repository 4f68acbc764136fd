import Interpreter
import OpSet
import TFLite

/// Collects the statistics of one interpreter's runs.
package final class StatisticsCollector {
  private let model: Model
  /// By subgraph and tensor.
  private var tensors: [[TensorStatistics?]]
  private var products: ProductTotals
  package private(set) var samples = 0
  /// By sample, if they are kept.
  package private(set) var extremes: [(digest: UInt64, ranges: [TensorID: ClosedRange<Float>])] = []
  /// Of samples whose own ranges are not kept, together.
  package private(set) var joined: [TensorID: ClosedRange<Float>] = [:]
  private let keepsExtremes: Bool
  private let depths: RowDepths
  /// By subgraph and operator: operands that a caller filled and no earlier operator read.
  private let handedOver: [[[Int]]]

  package init(_ model: Model, keepsExtremes: Bool) {
    self.model = model
    self.keepsExtremes = keepsExtremes
    // The model's inputs are added before it runs; inputs of loops and branches are not known then.
    let called = Set(
      model.subgraphs.flatMap(\.operators).flatMap { entry in
        [While.body, While.condition, If.thenSubgraph, If.elseSubgraph]
          .compactMap { entry.builtinOptions?[$0].map(Int.init) }
      })
    handedOver = model.subgraphs.enumerated().map { index, subgraph in
      Self.firstReads(
        of: called.contains(index) ? subgraph.inputs ?? [] : [], by: subgraph.operators)
    }
    products = ProductTotals(model)
    depths = RowDepths(model)
    tensors = model.subgraphs.map { Array(repeating: nil, count: $0.tensors.count) }
  }

  private static func firstReads(of inputs: [Int32], by operators: [Operator]) -> [[Int]] {
    var unread = Set(inputs.filter { $0 >= 0 })
    return operators.map { entry in
      (entry.inputs ?? []).enumerated()
        .compactMap { unread.remove($0.element) == nil ? nil : $0.offset }
    }
  }

  /// Runs the model on a sample, which has an array for each input, and adds the values of its
  /// tensors.
  package func run(_ sample: [DenseArray], digest: UInt64, on interpreter: Interpreter) throws {
    if keepsExtremes { extremes.append((digest, [:])) }
    try interpreter.resize(sample.map(\.shape))
    for (index, array) in sample.enumerated() {
      try array.bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
      add(interpreter.inputValue(index))
    }
    interpreter.resetState()
    try interpreter.run(observing: { [self] in try observe($0) })
    samples += 1
  }

  /// Joins the ranges of the last sample with those of others.
  package func joinLast() {
    guard let last = extremes.popLast() else { return }
    joined.merge(last.ranges) { $0.joined(with: $1) }
  }

  private func observe(_ observation: Interpreter.Observation) throws {
    for operand in handedOver[observation.subgraph][observation.operatorIndex] {
      if let input = observation.inputs[operand] { add(input) }
    }
    for output in observation.outputs { add(output) }
    if try !products.add(observation) { observeStates(observation) }
  }

  /// Adds the variables that the operator wrote.
  private func observeStates(_ observation: Interpreter.Observation) {
    guard let spec = OpSet.spec(for: observation.kind) else { return }
    for (index, input) in observation.inputs.enumerated()
    where spec.role(ofInput: index, count: observation.inputs.count) == .state {
      if let input { add(input) }
    }
  }

  private func add(_ value: Value) {
    guard value.type == .float32, value.count > 0 else { return }
    let (subgraph, index) = (value.id.subgraph, value.id.index)
    if tensors[subgraph][index] == nil { tensors[subgraph][index] = TensorStatistics() }
    let raised = depths.raised(value, leavesMasked: true)
    raised.asFloats(of: value) {
      tensors[subgraph][index]?.add($0, count: $1, channels: value.shape.last ?? 1)
    }
    if keepsExtremes { keepExtremes(of: value, raised) }
  }

  private func keepExtremes(of value: Value, _ raised: [Float]?) {
    var one = TensorStatistics()
    raised.asFloats(of: value) { one.add($0, count: $1, channels: value.shape.last ?? 1) }
    guard !one.isEmpty else { return }
    let range = one.least...one.greatest
    let last = extremes.count - 1
    extremes[last].ranges[value.id] = extremes[last].ranges[value.id]?.joined(with: range) ?? range
  }

  package var statistics: CalibrationStatistics {
    var found: [TensorID: TensorStatistics] = [:]
    for (subgraph, list) in tensors.enumerated() {
      for (index, statistics) in list.enumerated() {
        if let statistics { found[TensorID(subgraph, index)] = statistics }
      }
    }
    return CalibrationStatistics(samples: samples, tensors: found, products: products.totals)
  }
}

extension [Float]? {
  /// Calls `body` with these elements, or with the value's where nil.
  fileprivate func asFloats(of value: Value, _ body: (UnsafePointer<Float>, Int) -> Void) {
    guard let self else { return body(value.floats, value.count) }
    self.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base, $0.count) } }
  }
}

extension ClosedRange<Float> {
  /// Returns the least range that holds both.
  package func joined(with other: Self) -> Self {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
