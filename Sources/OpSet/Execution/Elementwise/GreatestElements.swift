import TFLite

/// The positions of the greatest elements of a row, in descending order. A heap with the least
/// element on top finds them.
enum GreatestElements {
  typealias Function = (
    _ row: UnsafeRawPointer, _ width: Int, _ heap: UnsafeMutablePointer<Int32>, _ count: Int
  ) -> Void

  static func over(_ type: TensorType) throws -> Function {
    switch type {
    case .float32: { select($0, $1, $2, $3, Float.self) }
    case .int32: { select($0, $1, $2, $3, Int32.self) }
    case .int64: { select($0, $1, $2, $3, Int64.self) }
    case .int16: { select($0, $1, $2, $3, Int16.self) }
    case .int8: { select($0, $1, $2, $3, Int8.self) }
    case .uint8: { select($0, $1, $2, $3, UInt8.self) }
    default: throw OperatorFault.unsupported("there is no kernel that orders \(type)")
    }
  }

  static func select<T: FoldableElement>(
    _ row: UnsafeRawPointer, _ width: Int, _ heap: UnsafeMutablePointer<Int32>, _ count: Int,
    _ type: T.Type
  ) {
    func element(_ index: Int32) -> T {
      row.loadUnaligned(fromByteOffset: Int(index) &* MemoryLayout<T>.size, as: type)
    }
    /// Whether a belongs before b in the result.
    func isBefore(_ a: Int32, _ b: Int32) -> Bool {
      let (x, y) = (element(a), element(b))
      return x > y || (!(x < y) && a < b)
    }
    func sink(_ start: Int, _ size: Int) {
      var parent = start
      while 2 &* parent &+ 1 < size {
        var child = 2 &* parent &+ 1
        if child &+ 1 < size, isBefore(heap[child], heap[child &+ 1]) { child &+= 1 }
        guard isBefore(heap[parent], heap[child]) else { return }
        (heap[parent], heap[child]) = (heap[child], heap[parent])
        parent = child
      }
    }
    for index in 0..<count { heap[index] = Int32(truncatingIfNeeded: index) }
    for start in stride(from: count / 2 - 1, through: 0, by: -1) { sink(start, count) }
    for index in count..<width where isBefore(Int32(truncatingIfNeeded: index), heap[0]) {
      heap[0] = Int32(truncatingIfNeeded: index)
      sink(0, count)
    }
    for last in stride(from: count - 1, to: 0, by: -1) {
      (heap[0], heap[last]) = (heap[last], heap[0])
      sink(0, last)
    }
  }
}
