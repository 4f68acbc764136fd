import LinearAlgebra
import OpSet
import TFLite

/// A weight to prune: its constants, which share one buffer, and the operators that read them.
struct PruneTarget {
  let constants: [FloatConstant]
  let layout: WeightMatrix
  /// The operators that multiply with it, in order.
  let places: [OperatorPlace]

  /// Bytes copied before their pages are released.
  private static let part = 64 << 20

  var id: TensorID { constants[0].id }
  var label: String { constants[0].tensor.label }
  var shape: MatrixShape {
    MatrixShape(rows: layout.rows, columns: layout.columns, channels: layout.channels)
  }

  /// Returns the values in the matrix's order.
  func values(_ model: Model, _ job: Job) throws -> FloatMatrix {
    let matrix = FloatMatrix(rows: layout.rows, columns: layout.columns)
    guard let data = model.data(of: id) else { return matrix }
    let reader = job.reader(data)
    defer { reader.release(job.file.file) }
    if layout.columnStride == 1 {
      let target = UnsafeMutableRawBufferPointer(matrix.values)
      for first in stride(from: 0, to: target.count, by: Self.part) {
        let range = first..<min(first + Self.part, target.count)
        try reader.fill(UnsafeMutableRawBufferPointer(rebasing: target[range]), at: first)
        reader.release(job.file.file, range)
      }
      return matrix
    }
    try reader.withBytes(in: 0..<shape.count * 4) { bytes in
      for row in 0..<layout.rows {
        for column in 0..<layout.columns {
          matrix[row][column] = bytes.loadUnaligned(
            fromByteOffset: layout.index(row, column) * 4, as: Float.self)
        }
      }
    }
    return matrix
  }

  /// Returns the tensor's data with zeros where `keep` is 0.
  func masked(_ source: TensorData, _ keep: [UInt8]) -> TensorData {
    let isPlain = layout.columnStride == 1
    let mask = ZeroMask(count: shape.count) { element in
      guard !isPlain else { return keep[element] != 0 }
      let (row, column) = layout.place(of: element)
      return keep[row * layout.columns + column] != 0
    }
    return .deferred(DeferredData(source: source, transform: mask, count: shape.count * 4))
  }

  /// Returns the tensor's data with new values.
  func data(of matrix: FloatMatrix) -> TensorData {
    var bytes = [UInt8](repeating: 0, count: shape.count * 4)
    bytes.withUnsafeMutableBytes { target in
      for row in 0..<layout.rows {
        for column in 0..<layout.columns {
          target.storeBytes(
            of: matrix[row][column], toByteOffset: layout.index(row, column) * 4, as: Float.self)
        }
      }
    }
    return .bytes(bytes)
  }
}

/// Finds the weights to prune, and gives every other float constant a reason.
struct PruneTargets {
  private(set) var all: [PruneTarget] = []
  private let options: PruneOptions
  private let model: Model

  init(_ model: Model, _ options: PruneOptions, _ job: inout Job) {
    self.model = model
    self.options = options
    let constants = job.floatConstants(of: model)
    let groups = Dictionary(grouping: constants) { model[$0.id].buffer }
    for constant in constants {
      let group = groups[model[constant.id].buffer] ?? []
      guard constant.id == group.first?.id else { continue }
      let refusals = group.map { refusal(of: $0, job) }
      if let refused = refusals.compactMap(\.self).first {
        for (member, reason) in zip(group, refusals) { job.log.note(member.id, reason ?? refused) }
        continue
      }
      let layouts = Set(group.flatMap { member in member.uses.map(member.matrix) })
      guard layouts.count == 1, let layout = layouts.first ?? nil else {
        for member in group { job.log.note(member.id, .isMultipliedInDifferentWays) }
        continue
      }
      all.append(
        PruneTarget(
          constants: group, layout: layout,
          places: group.flatMap { member in
            member.uses.map {
              OperatorPlace(subgraph: member.id.subgraph, index: $0.place.operation)
            }
          }))
    }
    all.sort { a, b in (a.first, a.id) < (b.first, b.id) }
    if options.skipFirst { leave(all.first, .isFirst, &job) }
    if options.skipLast { leave(all.last, .isLast, &job) }
  }

  private mutating func leave(
    _ target: PruneTarget?, _ reason: Reason, _ job: inout Job
  ) {
    guard let target else { return }
    for constant in target.constants { job.log.note(constant.id, reason) }
    all.removeAll { $0.id == target.id }
  }

  private func refusal(of constant: FloatConstant, _ job: Job) -> Reason? {
    if let reason = job.exclusion(of: constant, in: model) { return reason }
    if constant.isOutput { return .isOutput }
    for use in constant.uses {
      if let layout = constant.matrix(of: use) {
        if use.spec?.product?.isDepthwise == true, !options.depthwise {
          return .isDepthwise
        }
        if case .group(let kept, let all) = options.pattern, layout.channels <= kept {
          return .hasFewChannels(kept: kept, of: all)
        }
        continue
      }
      switch use.role {
      case .weight: return .isNotPruned(name: use.name)
      case .bias, .biasOfIntermediate: return .isBias
      default: return .isNoWeightOfProduct
      }
    }
    let least = CompressibleWeight.leastElements
    guard constant.elements >= least else { return .isTooSmallToPrune(least: least) }
    return job.reasonToStay(of: constant.id)
  }
}

extension PruneTarget {
  /// The last operator that reads the weight; nil for several subgraphs, which loops may repeat.
  var last: TensorID? {
    places.allSatisfy { $0.subgraph == places[0].subgraph }
      ? places.map { TensorID($0.subgraph, $0.index) }.max() : nil
  }

  /// The first operator that reads the weight.
  fileprivate var first: TensorID {
    places.map { TensorID($0.subgraph, $0.index) }.min() ?? id
  }
}
