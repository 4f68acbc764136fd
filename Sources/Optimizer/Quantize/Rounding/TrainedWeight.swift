import TFLite
import Training

/// A weight that training moves while the file holds it as integers, and the bias beside it.
struct TrainedWeight {
  let encoding: WeightEncoding
  let bias: Trainer.Variable?
  private let own: Trainer.Variable
  /// Where a codebook holds the weight: it moves with all that share it.
  private let clustered: Trainer.Variable.Clustered?

  /// `real` are the values, `rounded` what the integers stand for; `columns` those of the weight's matrix. Nil
  /// for a weight without values.
  init?(
    _ id: TensorID, _ encoding: WeightEncoding, real: [Float], rounded: [Float],
    bias: TensorID?, columns: Int?, in job: Job
  ) {
    let scope = job.clusterScope(of: id, real, encoding.layout)
    guard
      let own = Trainer.Variable(
        id, encoding, real: real, rounded: rounded, isClustered: scope != nil)
    else { return nil }
    (self.encoding, self.own) = (encoding, own)
    self.bias = bias.map { Trainer.Variable(bias: $0, beside: own, columns: columns) }
    clustered =
      scope == nil || scope == .channel || encoding.bits != .eight
      ? nil
      : .init(id: id, encoding: encoding, values: encoding.levels == nil ? real : rounded)
  }

  var id: TensorID { own.ids[0] }
  /// The weight, and the bias if there is one.
  var ids: [TensorID] { own.ids + (bias?.ids ?? []) }

  /// Returns the integers of the weight, with its scales, after training.
  func rounded(_ found: TrainedValues) -> WeightRounding.Rounded? { found.rounded(id, encoding) }

  /// Returns what moves of these weights.
  static func variables(of weights: [Self]) -> [Trainer.Variable] {
    let codebooks = Dictionary(grouping: weights.compactMap(\.clustered), by: \.encoding?.levels)
    return weights.flatMap { weight in
      var own: Trainer.Variable? = weight.own
      if let clustered = weight.clustered {
        let levels = clustered.encoding?.levels
        let sharing = levels == nil ? [clustered] : codebooks[levels] ?? []
        let isFirst = sharing.first?.id == clustered.id
        own = isFirst ? .init(codebook: sharing, levels == nil ? .values : .integers) : nil
      }
      return [own, weight.bias].compactMap(\.self)
    }
  }
}
