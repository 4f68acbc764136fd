import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Platform
import Samples
import TFLite

/// Statistics, from samples, of the inputs that weights multiply.
struct WeightInputs {
  private(set) var matrices: [TensorID: GramMatrix] = [:]
  /// Samples split by content: some for fitting, others for checking.
  let samples: SearchSamples

  /// Throws `InterpreterFault` or what reading a sample throws.
  init(
    _ weights: [CompressibleWeight], of file: ModelFile, _ source: SampleSource,
    _ options: Interpreter.Options, memory: MemoryBudget
  ) throws {
    samples = try SearchSamples(source, threads: options.threads)
    guard !samples.isEmpty else { return }
    let fit = samples.fit
    let collector = GramCollector(
      file, samples: fit.count, options: options, memory: memory
    ) { fit[$0] }
    let sizes = weights.map { ($0.constant.id, $0.matrix.groups, $0.matrix.columns) }
    try collector.forEachMatrix(of: sizes) { matrices[$0] = $1 }
    for weight in weights {
      guard let matrix = matrices[weight.constant.id],
        matrix.count == 0 || matrix.depth != weight.matrix.columns
          || weight.matrix.rows % matrix.groups != 0
      else { continue }
      matrices[weight.constant.id] = nil
    }
  }

  /// Returns the second moment of each row element's input, scaled to mean 1; nil where it is
  /// unknown or differs between rows.
  func importance(of weight: CompressibleWeight) -> [Float]? {
    guard let matrix = matrices[weight.constant.id], matrix.groups == 1,
      weight.matrix.columnStride == 1
    else { return nil }
    let moments = (0..<matrix.depth).map { matrix.secondMoment(0, $0) }
    let mean = moments.reduce(0, +) / Double(matrix.depth)
    guard mean > 0, mean.isFinite else { return nil }
    // An input that is zero on all samples still counts a little.
    return moments.map { Float(max($0 / mean, 1e-3)) }
  }
}
