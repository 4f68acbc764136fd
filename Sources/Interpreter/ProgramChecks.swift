import OpSet
import Platform
import TFLite

/// Checks that must pass before kernels may run without checks of their own.
extension Program {
  /// Throws unless every value that is read has exactly one origin, which comes before its readers.
  func checkOrigins() throws {
    var made = Set((inputs + constants.map(\.value)).map(\.id))
    made.formUnion(owner.variables)
    made.formUnion(values.filter { $0.tensor.isVariable || $0.count == 0 }.map(\.id))
    let given = made
    for node in nodes {
      for case let value? in node.inputs where !made.contains(value.id) {
        throw InterpreterFault.noValue(node.place, name: value.tensor.label)
      }
      for case let value? in node.outputs
      where !made.insert(value.id).inserted && !(given.contains(value.id) && value.count == 0) {
        throw InterpreterFault.secondValue(node.place, name: value.tensor.label)
      }
    }
    for value in outputs where !made.contains(value.id) {
      throw InterpreterFault.noValue(nil, name: value.tensor.label)
    }
  }

  /// Throws for a tensor that is larger than memory, and for strides that overflow beside a
  /// dimension of zero: either would be a trap.
  func checkSize(of shape: [Int], _ type: TensorType) throws {
    guard let elements = shape.map({ max($0, 1) }).sizeProduct, elements < 1 << 40 else {
      throw InterpreterFault.memory(bytes: .max, limit: owner.maxMemory)
    }
    try checkMemory(shape.contains(0) ? 0 : type.byteCount(elements: elements) ?? 0)
  }

  func checkMemory(_ bytes: Int) throws {
    guard bytes <= owner.maxMemory else {
      throw InterpreterFault.memory(bytes: bytes, limit: owner.maxMemory)
    }
  }
}
