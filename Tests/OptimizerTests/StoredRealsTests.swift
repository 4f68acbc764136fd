import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Judge: LiteRT's tensors of both files, with the scales and zero points that it reports, in numpy.
@Suite struct StoredRealsTests {
  @Test(arguments: [
    ("digits_cnn_int8", 7, 7, 0.005497), ("digits_cnn_int8", 8, 9, 0.003620),
    ("digits_cnn_int8", 12, 5, 0.010684),
    ("digits_cnn_float16", 12, 4, 0.000207), ("digits_cnn_float16", 2, 14, 0.000200),
    ("digits_cnn_dynamic", 7, 14, 0.005497), ("digits_cnn", 12, 12, 0),
  ])
  func `The error of a constant is that of its reals`(
    other: String, before: Int, after: Int, expected: Double
  ) throws {
    let first = try Fixtures.open("digits_cnn")
    let found = try first.relativeError(
      of: TensorID(0, before), in: Fixtures.open(other), as: TensorID(0, after))
    #expect(try abs(#require(found) - expected) < 1e-6)
  }

  @Test func `Constants of other shapes or without reals have no error`() throws {
    let file = try Fixtures.open("digits_cnn")
    #expect(try file.relativeError(of: TensorID(0, 7), in: file, as: TensorID(0, 8)) == nil)
    let indices = try #require(
      file.model.subgraphs[0].tensors.firstIndex { $0.type == .int32 && $0.elementCount != nil })
    let id = TensorID(0, indices)
    #expect(try file.relativeError(of: id, in: file, as: id) == nil)
  }
}
