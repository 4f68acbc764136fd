import Interpreter
import TFLite
import TestSupport

extension ModelFile {
  /// √(Σ (this − other)² ÷ Σ other²) of the first output, over all samples together.
  func relativeError(against other: ModelFile, on samples: [[DenseArray]]) throws -> Double {
    let (first, second) = (try Interpreter(other), try Interpreter(self))
    var (apart, size) = (0.0, 0.0)
    for sample in samples {
      let x = try first.run(sample)[0].bytes.elements(Float.self)
      let y = try second.run(sample)[0].bytes.elements(Float.self)
      for (x, y) in zip(x, y) {
        apart += Double((x - y) * (x - y))
        size += Double(x * x)
      }
    }
    return (apart / size).squareRoot()
  }
}
