import TFLite

extension OpGradient {
  /// Of y = x · w for each pair of matrices: gradient of x = gradient of y × wᵀ; gradient of w =
  /// xᵀ × gradient of y. Matrices that several pairs share get the sum.
  static let batchMatMul = OpGradient { step in
    let (left, right, output) = (try step.input(0), try step.input(1), try step.output())
    guard left.type == .float32, right.type == .float32, output.rank >= 2 else {
      throw OperatorFault.unsupported("there is no gradient for these types")
    }
    let (isLeftTransposed, isRightTransposed) = (
      step.option(BatchMatMul.adjointX), step.option(BatchMatMul.adjointY)
    )
    let (rows, columns) = (output.size(-2), output.size(-1))
    let depth = left.size(isLeftTransposed ? -2 : -1)
    let batches = try BatchPairs(left.shape.dropLast(2), right.shape.dropLast(2))
    let product = AddedProduct(kernels: step.kernels)
    for (index, pair) in batches.pairs.enumerated() {
      let (leftStart, rightStart) = (pair.left * rows * depth, pair.right * depth * columns)
      let x = MatrixView(
        left.floats + leftStart, rows: rows, columns: depth, isTransposed: isLeftTransposed)
      let w = MatrixView(
        right.floats + rightStart, rows: depth, columns: columns, isTransposed: isRightTransposed)
      let y = MatrixView(step.outputGradient + index * rows * columns, rowStride: columns)
      if let gradient = step.gradient(0) {
        if isLeftTransposed {
          product.add(
            w, y.transposed, rows: depth, depth: columns, columns: rows, to: gradient + leftStart,
            stride: rows)
        } else {
          product.add(
            y, w.transposed, rows: rows, depth: columns, columns: depth,
            to: gradient + leftStart, stride: depth)
        }
      }
      guard let gradient = step.gradient(1) else { continue }
      if isRightTransposed {
        product.add(
          y.transposed, x, rows: columns, depth: rows, columns: depth, to: gradient + rightStart,
          stride: depth)
      } else {
        product.add(
          x.transposed, y, rows: depth, depth: rows, columns: columns, to: gradient + rightStart,
          stride: columns)
      }
    }
  }
}
