import Platform
import Samples
import TestSupport
import Testing

@testable import Interpreter

/// Judge: TensorFlow Lite Micro, through vectors of Tools/record-micro-vectors.py.
@Suite struct MicroVectorTests {
  static let folder = Checkout.folder().appending(path: "MicroVectors").path

  @Test(
    "Integers are rounded as in TensorFlow Lite Micro", arguments: FileSystem.names(in: folder))
  func rounding(_ name: String) throws {
    let answers = try ArrayFile(path: "\(Self.folder)/\(name)")
    let cases = try GoldenCase.cases(of: String(name.dropLast(4)), answers: answers)
    #expect(!cases.isEmpty)
    var options = Interpreter.Options()
    options.reference = .tflm
    for entry in cases {
      let failure = try entry.failure(options)
      #expect(failure == nil, "\(entry.name): \(failure ?? "")")
    }
  }
}
