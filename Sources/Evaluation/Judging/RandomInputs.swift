import Interpreter
import TFLite

/// Seeded random inputs, for measurements without samples.
package enum RandomInputs {
  /// Whether random values make sense: inputs of other types are sizes and indices.
  package static func canFill(_ port: Port) -> Bool {
    port.type == .float32
      || port.quantization?.scale?.isEmpty == false
        && [.int8, .uint8, .int16].contains(port.type)
  }

  /// Floats from −1 to 1, quantized integers of their whole range; zeros for other types.
  package static func arrays(_ interpreter: Interpreter, seed: UInt64) -> [DenseArray] {
    var state = seed
    func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }
    return interpreter.inputs.indices.map { index in
      let port = interpreter.inputs[index]
      let shape = interpreter.shape(ofInput: index)
      let count = shape.reduce(1, *)
      var bytes = [UInt8](repeating: 0, count: port.type.byteCount(elements: count) ?? 4)
      guard canFill(port) else { return DenseArray(port.type, shape: shape, bytes: bytes) }
      guard port.type == .float32 else {
        for place in bytes.indices { bytes[place] = UInt8(truncatingIfNeeded: next() >> 24) }
        return DenseArray(port.type, shape: shape, bytes: bytes)
      }
      bytes.withUnsafeMutableBytes { target in
        for element in 0..<count {
          let unit = Float(Int32(bitPattern: next())) / 2_147_483_648
          target.storeBytes(of: unit, toByteOffset: element * 4, as: Float.self)
        }
      }
      return DenseArray(port.type, shape: shape, bytes: bytes)
    }
  }
}
