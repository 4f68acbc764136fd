import TFLite

/// The elements of an npy file, copied out in row-major order, little-endian.
struct NpyElements {
  let header: NpyHeader
  /// The bytes at `header.data`.
  let bytes: UnsafeRawBufferPointer

  /// `file` is the one that the header was read from.
  init(_ header: NpyHeader, in file: UnsafeRawBufferPointer) {
    self.header = header
    bytes = UnsafeRawBufferPointer(rebasing: file[header.data])
  }

  func whole() throws(NpyProblem) -> DenseArray { try array(header.shape[...], first: 0) }

  /// Returns the array at `index` of the first axis, which must exist.
  func part(_ index: Int) throws(NpyProblem) -> DenseArray {
    let shape = header.shape.dropFirst()
    // In Fortran order the first axis has stride 1.
    let first = header.isStrided ? index : index * shape.reduce(1, *)
    return try array(shape, first: first)
  }

  /// `shape` holds the last axes of the file's shape, `first` counts elements.
  private func array(
    _ shape: ArraySlice<Int>, first: Int
  ) throws(NpyProblem) -> DenseArray {
    let element = header.element
    let count = shape.reduce(1, *)
    var elements =
      header.isStrided
      ? gathered(shape, first: first)
      : [UInt8](bytes[first * element.size..<(first + count) * element.size])
    if element.isBigEndian { Self.swap(&elements, unit: element.swappedBytes) }
    switch element.type {
    case .bool: elements = elements.map { $0 == 0 ? 0 : 1 }
    case .string: elements = try NpyText.packed(elements, as: element)
    default: break
    }
    return DenseArray(element.type, shape: Array(shape), bytes: elements)
  }

  private func gathered(_ shape: ArraySlice<Int>, first: Int) -> [UInt8] {
    let size = header.element.size
    let count = shape.reduce(1, *)
    var strides: [Int] = []
    var stride = 1
    for size in header.shape {
      strides.append(stride)
      stride *= max(size, 1)
    }
    return [UInt8](unsafeUninitializedCapacity: count * size) { target, filled in
      let target = UnsafeMutableRawBufferPointer(target)
      var position = [Int](repeating: 0, count: header.shape.count)
      var source = first
      for index in 0..<count {
        let item = UnsafeRawBufferPointer(rebasing: bytes[source * size..<(source + 1) * size])
        UnsafeMutableRawBufferPointer(rebasing: target[(index * size)...]).copyMemory(from: item)
        for axis in shape.indices.reversed() {
          position[axis] += 1
          source += strides[axis]
          if position[axis] < shape[axis] { break }
          source -= position[axis] * strides[axis]
          position[axis] = 0
        }
      }
      filled = count * size
    }
  }

  private static func swap(_ bytes: inout [UInt8], unit: Int) {
    guard unit > 1 else { return }
    for start in stride(from: 0, to: bytes.count, by: unit) {
      for offset in 0..<unit / 2 { bytes.swapAt(start + offset, start + unit - 1 - offset) }
    }
  }
}
