import TFLite
import Training

extension Trainer.Variable {
  /// A weight whose elements share the values of a codebook.
  struct Clustered {
    let id: TensorID
    /// How int8 will hold it; nil for a weight that stays float.
    let encoding: WeightEncoding?
    let values: [Float]

    /// Each element in steps of its channel.
    var integers: [Float] {
      guard let encoding else { return values }
      let scales = encoding.scales
      var found = values
      encoding.layout.forEachElement(in: values.indices) {
        found[$0] = (values[$0] / scales[$1]).rounded(.toNearestOrAwayFromZero)
      }
      return found
    }
  }

  /// What of clustered weights moves.
  enum CodebookForm {
    /// A codebook of integers, and the scale of each channel.
    case integers
    /// These scales alone: what comes later expects the same integers.
    case scales
    /// A codebook of real values, which int8 rounds by the scale of each channel.
    case values
  }

  /// Weights of one codebook. Its values move, and so do those behind elements: each element is the value of
  /// the codebook that is nearest to what is behind it. What is zero stays zero.
  init(codebook weights: [Clustered], _ form: CodebookForm) {
    let start = weights.flatMap { form == .values ? $0.values : $0.integers }
    let scales = form == .values ? [] : weights.flatMap { $0.encoding?.scales ?? [] }
    var codebook = Codebook(start, isInteger: form != .values)
    if form != .scales { codebook.first = scales.count }
    let parts = weights.enumerated().map { index, weight in
      let before = weights[..<index]
      return Part(
        encoding: weight.encoding, count: weight.values.count,
        first: before.reduce(0) { $0 + $1.values.count },
        scales: before.reduce(0) { $0 + ($1.encoding?.scales.count ?? 0) })
    }
    let squares = start.reduce(0) { $0 + Double($1) * Double($1) }
    let size = (squares / Double(max(start.count { $0 != 0 }, 1))).squareRoot()
    let chosen = codebook
    self.init(
      ids: weights.map(\.id), sizes: [form == .scales ? 0 : Float(size)],
      storage: Storage(
        start: start, scales: scales + (form == .scales ? [] : codebook.values),
        scaleCounts: form == .values ? [] : weights.map { $0.encoding?.scales.count ?? 0 }
      ) { values, scales, stored in
        let levels = chosen.levels(scales)
        let nearest = levels.nearest(values, start.count)
        for part in parts {
          let steps = part.encoding?.scales
          part.forEachElement { element, channel in
            let level = levels.values[Int(nearest[element])]
            if form != .values {
              stored[element] = level * scales[part.scales + channel]
            } else if let step = steps?[channel] {
              stored[element] = Codebook.whole(level / step) * step
            } else {
              stored[element] = level
            }
          }
        }
      } scaleGradients: { values, scales, gradients, sums in
        let levels = chosen.levels(scales)
        let nearest = levels.nearest(values, start.count)
        for part in parts {
          part.forEachElement { element, channel in
            let index = Int(nearest[element])
            if form != .values {
              let scale = part.scales + channel
              sums[scale] += gradients[element] * levels.values[index]
              gradients[element] *= scales[scale]
            }
            let place = levels.places[index]
            if place >= 0 { sums[place] += gradients[element] }
          }
        }
      })
  }

  /// The values of a codebook that are not zero.
  private struct Codebook {
    /// The first ones.
    let values: [Float]
    /// Where those that are trained stand among the scales.
    var first: Int?
    let isInteger: Bool
    let hasZero: Bool

    init(_ members: [Float], isInteger: Bool) {
      let distinct = Set(members)
      values = distinct.subtracting([0]).sorted()
      hasZero = distinct.contains(0)
      self.isInteger = isInteger
    }

    /// Returns the nearest integer that int8 has.
    static func whole(_ steps: Float) -> Float {
      let most = Float(WeightBits.eight.greatest)
      return max(-most, min(most, steps.rounded(.toNearestOrAwayFromZero)))
    }

    /// Returns the codebook as it is now.
    func levels(_ scales: UnsafePointer<Float>) -> Levels {
      var levels = values.indices.map { index in
        let place = first.map { $0 + index }
        let level = place.map { scales[$0] } ?? values[index]
        return (value: isInteger ? Self.whole(level) : level, place: place ?? -1)
      }
      if hasZero { levels.append((0, -1)) }
      levels.sort { $0.value < $1.value }
      return Levels(values: levels.map(\.value), places: levels.map(\.place))
    }
  }

  /// A codebook in ascending order.
  private struct Levels {
    let values: [Float]
    /// Where each stands among the scales; -1 for one that is not trained.
    let places: [Int]

    /// Returns the index of the value that is nearest to each element.
    func nearest(_ elements: UnsafePointer<Float>, _ count: Int) -> [Int32] {
      var found = [Int32](repeating: 0, count: count)
      found.withUnsafeMutableBufferPointer { found in
        for (low, high) in zip(values, values.dropFirst()) {
          let middle = (low + high) / 2
          for index in found.indices { found[index] &+= middle < elements[index] ? 1 : 0 }
        }
      }
      return found
    }
  }

  /// A tensor's elements and scales among those of all.
  private struct Part {
    let encoding: WeightEncoding?
    let count: Int
    let first: Int
    let scales: Int

    /// Calls `body` with the place of each element among those of all, and its channel.
    func forEachElement(_ body: (_ element: Int, _ channel: Int) -> Void) {
      let layout = encoding?.layout ?? .perTensor
      layout.forEachElement(in: 0..<count) { body(first + $0, $1) }
    }
  }
}
