import OpSet

extension GramMatrix {
  /// Adds the rows to the sums and to the upper triangle, in tiles of fixed size. With the rows of
  /// another model at the same places, adds the products of both to the whole matrix: rows are the
  /// first model's input columns, columns the other's.
  package func add(
    _ blocks: [InputRows], crossed others: [InputRows]? = nil, _ product: MatrixProduct
  ) {
    let rows = blocks.reduce(0) { $0 + $1.count }
    count += rows
    for group in 0..<groups {
      let columns = Self.columns(of: blocks, group, depth: depth)
      for column in 0..<depth {
        var sum = 0.0
        for row in 0..<rows { sum += Double(columns[column][row]) }
        sums[group * depth + column] += sum
      }
      let right = others.map { Self.columns(of: $0, group, depth: depth) }
      addProducts(of: columns, right, group, product)
    }
  }

  /// Returns a matrix with a row for each input column.
  private static func columns(of blocks: [InputRows], _ group: Int, depth: Int) -> FloatMatrix {
    let columns = FloatMatrix(rows: depth, columns: blocks.reduce(0) { $0 + $1.count })
    var place = 0
    for block in blocks {
      block.values.withUnsafeBufferPointer { values in
        for row in 0..<block.count {
          let source = values.baseAddress.map { $0 + (row * block.width + group * depth) }
          for column in 0..<depth { columns[column][place + row] = source?[column] ?? 0 }
        }
      }
      place += block.count
    }
    return columns
  }

  private func addProducts(
    of columns: FloatMatrix, _ right: FloatMatrix?, _ group: Int, _ product: MatrixProduct
  ) {
    let weights = MatrixProduct.packed(right ?? columns)
    let isTriangle = right == nil
    let depth = depth
    products.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let target = base + group * depth * depth
      product.forEachTile(0..<depth) { rows in
        let first = isTriangle ? rows.lowerBound : 0
        let width = depth - first
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * width) { room in
          guard let room = room.baseAddress else { return }
          product.tile(
            columns[rows.lowerBound], rows: rows.count, stride: columns.columns, weights,
            firstPanel: first / 16, into: room, resultStride: width)
          for (index, row) in rows.enumerated() {
            let line = target + (row &* depth &+ first)
            for column in 0..<width { line[column] += Double(room[index &* width &+ column]) }
          }
        }
      }
    }
  }

  /// Copies the upper triangle below the diagonal.
  package func mirror() {
    for group in 0..<groups {
      let base = group * depth * depth
      for row in 0..<depth {
        for column in 0..<row {
          products[base + row * depth + column] = products[base + column * depth + row]
        }
      }
    }
  }
}
