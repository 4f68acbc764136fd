/// How to count the multiplications with an operator's weight: the one that has a channel axis.
package enum MultiplicationRule: Equatable, Sendable {
  /// Each output element is computed with the weights of its channel.
  case byOutputs
  /// Each element of this input is multiplied by the weights of its channel, the weight's last
  /// axis.
  case byInput(Int)
}

extension OpSpec {
  /// Returns how many multiplications by weights one run with these shapes makes; 0 for an operator
  /// that has no weight with a channel axis.
  package func multiplications(inputs: [[Int]?], outputs: [[Int]]) -> Int {
    for (index, input) in inputs.enumerated() {
      guard case .weight(let axis?) = role(ofInput: index, count: inputs.count),
        let weight = input, weight.indices.contains(axis), weight[axis] > 0
      else { continue }
      let elements = weight.reduce(1, *)
      if case .byInput(let data) = multiplicationRule, inputs.indices.contains(data),
        let data = inputs[data], let depth = weight.last, depth > 0
      {
        return data.reduce(1, *) * elements / depth
      }
      return outputs.reduce(0) { $0 + $1.reduce(1, *) } * (elements / weight[axis])
    }
    return 0
  }
}
