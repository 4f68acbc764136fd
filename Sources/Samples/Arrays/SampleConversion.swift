import TFLite

extension SampleInput {
  /// Returns the shape that the model takes for an array of shape `found`.
  func shape(accepting found: [Int], source: String) throws(SampleFault) -> [Int] {
    guard let shape = shape(fitting: found) else {
      throw .wrongShape(self, source: source, found: found)
    }
    return shape
  }

  /// Throws if no element of type `found` can be cast to the input's type.
  func checkType(_ found: TensorType, source: String) throws(SampleFault) {
    guard found == type || Cast.types.contains(found) && Cast.types.contains(type) else {
      throw .wrongType(self, source: source, found: found)
    }
  }

  /// Returns `array` in the shape and type that the model takes.
  ///
  /// A leading 1 is added or removed, and elements are cast where that loses nothing; only float64
  /// is rounded to float32. NaN and infinity are faults. `source` names the array in faults.
  package func convert(
    _ array: DenseArray, source: String
  ) throws(SampleFault) -> DenseArray {
    let shape = try shape(accepting: array.shape, source: source)
    if let position = FiniteCheck.firstNotFinite(in: array) {
      throw .notFinite(input: name, source: source, position: position)
    }
    try checkType(array.type, source: source)
    guard array.type != type else { return DenseArray(type, shape: shape, bytes: array.bytes) }
    let floats: [TensorType] = [.float16, .float32, .float64]
    if floats.contains(type), !floats.contains(array.type) {
      preparation.notes.add(.cast(array.type))
    }
    do throws(CastFailure) {
      return DenseArray(type, shape: shape, bytes: try Cast.bytes(of: array, as: type))
    } catch {
      switch error {
      case .types: throw .wrongType(self, source: source, found: array.type)
      case .value(let position, let text):
        throw .inexact(self, source: source, found: array.type, position: position, value: text)
      }
    }
  }
}
