import TFLite
import TestSupport
import Testing

@testable import Samples

/// Oracle: exact fractions and numpy's casts (`Tools/record-samples.py`).
@Suite struct CastTests {
  @Test func `values are cast exactly where the other type has them`() throws {
    let records = try Recorded.records("casts.bin", fields: 4)
    #expect(records.count > 1000)
    for fields in records {
      let (source, target) = (try Vectors.type(fields[0]), try Vectors.type(fields[1]))
      let input = SampleInput(name: "x", type: target, shape: [1])
      let array = DenseArray(source, shape: [1], bytes: fields[2])
      let result = try? input.convert(array, source: "a.npy").bytes
      #expect(result == (fields[3].isEmpty ? nil : fields[3]), "\(source) \(fields[2]) → \(target)")
    }
  }

  @Test func `the first value that does not fit is named`() throws {
    let input = SampleInput(name: "x", type: .int8, shape: [3])
    let fault = SampleFault.inexact(
      input, source: "a.npy", found: .int32, position: 1, value: "300")
    #expect(throws: fault) {
      try input.convert(.ints([1, 300, 400], [3]), source: "a.npy")
    }
    let half = SampleInput(name: "x", type: .float16, shape: [2])
    #expect(
      throws: SampleFault.inexact(
        half, source: "a.npy", found: .float32, position: 1, value: "0.1")
    ) {
      try half.convert(.floats([0.5, 0.1], [2]), source: "a.npy")
    }
  }

  @Test func `strings and complex numbers become nothing else`() throws {
    for type in [TensorType.string, .complex64, .complex128, .int4, .bfloat16] {
      let input = SampleInput(name: "x", type: type, shape: [1])
      #expect(throws: SampleFault.wrongType(input, source: "a", found: .float32)) {
        try input.convert(.ramp([1]), source: "a")
      }
      let float = SampleInput.float("x", [1])
      let array = DenseArray(type, shape: [1], bytes: [UInt8](repeating: 0, count: 16))
      #expect(throws: SampleFault.wrongType(float, source: "a", found: type)) {
        try float.convert(array, source: "a")
      }
    }
  }

  @Test func `NaN and infinity are found in every float type`() throws {
    let bits: [(TensorType, [UInt8])] = [
      (.float16, [0x00, 0x7C]), (.float16, [0x01, 0xFE]), (.bfloat16, [0x80, 0xFF]),
      (.float32, [0, 0, 0x80, 0x7F]), (.float32, [0, 0, 0xC0, 0xFF]),
      (.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]), (.complex64, [0, 0, 0, 0, 0, 0, 0x80, 0x7F]),
      (.complex128, [UInt8](repeating: 0, count: 14) + [0xF0, 0xFF]),
    ]
    for (type, value) in bits {
      let bytes = [UInt8](repeating: 0, count: 2 * value.count) + value
      let array = DenseArray(type, shape: [3], bytes: bytes)
      for target in [type, .float32, .int8] {
        let input = SampleInput(name: "x", type: target, shape: [3])
        #expect(throws: SampleFault.notFinite(input: "x", source: "a.npy", position: 2)) {
          try input.convert(array, source: "a.npy")
        }
      }
    }
  }
}
