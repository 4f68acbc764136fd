import OpSet
import TFLite

/// A weight that becomes integers, its encoding, and its readers.
struct PlannedWeight {
  var constant: FloatConstant { candidate.constant }
  let candidate: WeightCandidate
  let encoding: WeightEncoding
  /// Whether errors of integers are made to cancel.
  let isBalanced: Bool
  /// The values of integers that were chosen together on samples.
  let rounded: TensorData?
  /// Uses that read the integers themselves, and uses that need DEQUANTIZE.
  let direct: [FloatConstant.Use]
  let decoded: [FloatConstant.Use]
  /// Direct uses whose kernel must not have an input zero point: sums of rows would overflow, or the
  /// runtime has no such kernel.
  let symmetric: Set<OperatorPlace>
  /// Why it has more bits than asked for, or no blocks.
  var wider: Reason? { candidate.wider }

  /// Weights are decoded if sums of rows overflow and no option avoids the zero point. `laneSums` spare reading the
  /// values again to see it, where they rule it out.
  init(
    _ candidate: WeightCandidate, _ encoding: WeightEncoding, rounded: TensorData? = nil,
    laneSums: [Float]? = nil, isBalanced: Bool, in model: Model, _ job: Job
  ) throws {
    let (constant, direct) = (candidate.constant, candidate.direct)
    self.candidate = candidate
    self.encoding = encoding
    self.rounded = rounded
    self.isBalanced = isBalanced
    let overflowing = try direct.filter { use in
      guard use.spec?.hybrid?.sumsRows == true, encoding.bits == .eight,
        let source = rounded ?? model.data(of: constant.id)
      else {
        return false
      }
      if rounded == nil, let laneSums, encoding.bounds(laneSums) { return false }
      let integers = job.reader(encoding.integers(of: source, count: constant.elements))
      return try RowSums(
        use, shape: constant.tensor.shape ?? [], integers: integers, threads: job.options.threads)?
        .overflow() ?? false
    }
    let subgraph = constant.id.subgraph
    symmetric = Set(
      overflowing.map { OperatorPlace(subgraph: subgraph, index: $0.place.operation) }
    ).union(candidate.symmetricUses(model, job))
    let wrong = Set(
      overflowing.filter { $0.spec?.hybrid?.asymmetricKey == nil }.map(\.place))
    self.direct = direct.filter { !wrong.contains($0.place) }
    self.decoded = candidate.decoded + direct.filter { wrong.contains($0.place) }
  }

  /// Returns the integers as a file stores them.
  func integers(of source: TensorData) -> TensorData {
    if let rounded { return encoding.integers(of: rounded, count: constant.elements) }
    // A lookup sums nothing.
    guard isBalanced, let use = constant.uses.first(where: { $0.role?.isWeight == true }),
      use.spec?.hybrid?.isLookup != true, let matrix = constant.matrix(of: use),
      let transform = BalancedIntegers(encoding, matrix, count: constant.elements)
    else { return encoding.integers(of: source, count: constant.elements) }
    return transform.data(of: source)
  }
}

extension WeightEncoding {
  /// Whether integers nearest to values whose lanes have such sums cannot overflow, by channel.
  fileprivate func bounds(_ laneSums: [Float]) -> Bool {
    levels == nil && laneSums.count == magnitudes.count
      && zip(laneSums, scales).allSatisfy {
        RowSumLanes.stays(within: $0, step: $1, columns: layout.inner)
      }
  }
}

extension Model {
  /// Returns the operators that read some of the constants and whose hybrid kernel is slower than
  /// the float one.
  func slowHybrids(reading constants: [FloatConstant]) -> Set<OperatorPlace> {
    var graphs: [Int: Graph] = [:]
    var found: Set<OperatorPlace> = []
    for constant in constants {
      let subgraph = constant.id.subgraph
      for use in constant.uses {
        guard let slow = use.spec?.hybrid?.slow else { continue }
        let graph = graphs[subgraph] ?? Graph(self, subgraph: subgraph)
        graphs[subgraph] = graph
        let inputs = use.entry.inputs ?? []
        let shapes = inputs.map { $0 >= 0 ? self[TensorID(subgraph, $0)].shape ?? [] : nil }
        let isSlow = slow.applies(to: use.entry, shapes: shapes) { position in
          inputs.indices.contains(position) && inputs[position] >= 0
            && graph.isConstant(Int(inputs[position]))
        }
        if isSlow {
          found.insert(OperatorPlace(subgraph: subgraph, index: use.place.operation))
        }
      }
    }
    return found
  }
}
