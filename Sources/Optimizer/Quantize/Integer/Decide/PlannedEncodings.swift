import OpSet
import TFLite

extension IntegerGraph {
  /// Returns the encodings of groups of tensors in a plan. Throws `OptimizerFault` if it gives
  /// tensors of one group different encodings, or one that an operator cannot read.
  func planned(_ plan: Plan, _ job: Job, in model: Model) throws -> [Int: Affine] {
    var found: [Int: Affine] = [:]
    for (number, group) in groups.enumerated() {
      for member in group.members {
        let origin = job.log.origins[member] ?? member
        guard let encoding = plan.activations[.init(id: origin, mode: mode)] else { continue }
        func fault(_ what: String) -> OptimizerFault {
          .plannedEncoding(name: model[member].label, what: what)
        }
        if let other = found[number], other != encoding {
          throw fault("shares scale and zero point with a tensor for which the plan has others")
        }
        if group.needsZeroPointZero || mode == .int16x8, encoding.zeroPoint != 0 {
          throw fault("needs zero point 0, not \(encoding.zeroPoint)")
        }
        found[number] = encoding
      }
    }
    return found
  }
}

extension Plan {
  /// The greatest integers of weights that use fewer than int8 has.
  var greatest: [TensorID: Int] {
    weights.compactMapValues { $0.isNarrow ? $0.greatest : nil }
  }
}
