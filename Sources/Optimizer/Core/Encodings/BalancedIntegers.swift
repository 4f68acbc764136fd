import OpSet
import TFLite

/// float32 → integers of fewer than eight bits whose errors cancel, packed as a file stores them.
///
/// An operator sums products of a row of weights with inputs that are alike: taps of a filter see
/// neighbouring values of one channel, and after RELU all inputs have a mean. So the sum of the rounding
/// errors counts, not each alone. Of each row, and of the taps of each input channel, those integers that
/// were nearest to a half go to the other side until the errors, of clipped values too, sum up to at most half a
/// step. Inputs of the model are not that alike: sound features of both signs lose by it (`outsideTensors`). Source:
/// Guo et al., "SQuant: on-the-fly data-free quantization via diagonal Hessian approximation", 2022.
struct BalancedIntegers: TensorTransform {
  private let encoding: WeightEncoding
  /// Elements of the tensor.
  private let count: Int
  /// Elements of a row; rows follow one another.
  private let row: Int
  /// Elements of a row that meet the same input channel, `row / taps` apart.
  private let taps: Int
  /// Elements of a row that share a scale.
  private let block: Int

  /// Returns nil if rows do not follow one another, or have no scale of their own, of the tensor or of
  /// their blocks.
  init?(_ encoding: WeightEncoding, _ matrix: WeightMatrix, count: Int) {
    guard encoding.bits != .eight, encoding.levels == nil, matrix.columnStride == 1,
      matrix.rowStride == matrix.columns, count == matrix.rows * matrix.columns,
      encoding.block.map({ matrix.columns % $0 == 0 })
        ?? [1, matrix.rows].contains(encoding.magnitudes.count)
    else { return nil }
    block = encoding.block ?? matrix.columns
    self.encoding = encoding
    self.count = count
    row = matrix.columns
    taps = matrix.columns / matrix.channels
  }

  func data(of values: TensorData) -> TensorData {
    .deferred(
      DeferredData(
        source: values, transform: self, count: encoding.bits.byteCount(elements: count)))
  }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader) throws
  {
    let perByte = 8 / encoding.bits.rawValue
    let elements = offset * perByte..<min((offset + output.count) * perByte, count)
    let rows = elements.lowerBound / row..<(elements.upperBound + row - 1) / row
    let scales = encoding.scales
    try withUnsafeTemporaryAllocation(of: Int8.self, capacity: elements.count) { target in
      for index in rows {
        let blocks = row / block
        let range = scales.count == 1 ? 0..<1 : index * blocks..<(index + 1) * blocks
        let found = try integers(ofRow: index, scales[range], source)
        let own =
          max(elements.lowerBound, index * row)..<min(elements.upperBound, (index + 1) * row)
        for element in own { target[element - elements.lowerBound] = found[element - index * row] }
      }
      encoding.bits.pack(UnsafeRawBufferPointer(target), into: output)
    }
  }

  /// `scales` are those of the row's blocks.
  private func integers(
    ofRow index: Int, _ scales: ArraySlice<Float>, _ source: DataReader
  ) throws -> [Int8] {
    let first = scales.startIndex
    var steps = try source.withBytes(in: index * row * 4..<(index + 1) * row * 4) { bytes in
      (0..<row).map {
        bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) / scales[first + $0 / block]
      }
    }
    let most = Float(encoding.bits.greatest)
    var integers = steps.map { max(-most, min(most, $0.rounded())) }
    for position in steps.indices { steps[position] = integers[position] - steps[position] }
    let channels = row / taps
    if taps > 1 {
      for channel in 0..<channels {
        balance(stride(from: channel, to: row, by: channels), &integers, &steps, most)
      }
    }
    // What a block cannot make up for is left to the next.
    var rest: Float = 0
    for (part, scale) in scales.enumerated() {
      let own = stride(from: part * block, to: (part + 1) * block, by: 1)
      rest = scale * balance(own, &integers, &steps, most, rest: rest / scale)
    }
    return integers.map { Int8($0) }
  }

  /// Moves integers by one until the sum of `rest` and the errors of the positions is at most half a
  /// step, and returns that sum.
  @discardableResult
  private func balance(
    _ positions: StrideTo<Int>, _ integers: inout [Float], _ errors: inout [Float], _ most: Float,
    rest: Float = 0
  ) -> Float {
    let sum = positions.reduce(rest) { $0 + errors[$1] }
    let moves = Int(abs(sum).rounded())
    guard moves > 0 else { return sum }
    let step: Float = sum > 0 ? -1 : 1
    // An error of half a step costs nothing to move; clipped values stay where they are.
    let candidates = positions.filter { position in
      errors[position] * step < 0 && abs(errors[position]) <= 0.5
        && abs(integers[position] + step) <= most
    }.sorted { abs(errors[$0]) > abs(errors[$1]) }
    for position in candidates.prefix(moves) {
      integers[position] += step
      errors[position] += step
    }
    return sum + step * Float(min(moves, candidates.count))
  }
}
