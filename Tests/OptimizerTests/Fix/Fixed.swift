import Evaluation
import Interpreter
import TFLite

@testable import Fixes
@testable import Optimizer

/// A model after `fix`, with the difference of its outputs from those of the model before, which the
/// interpreter runs both on random inputs for.
struct Fixed {
  let kinds: [String]
  let file: ModelFile
  let result: FixResult
  /// The greatest difference of an output's values.
  let difference: Float

  /// `rules` are all if empty.
  init(_ maker: ModelMaker, _ rules: String...) throws {
    try self.init(maker.file(), rules)
  }

  init(_ source: ModelFile, _ rules: [String] = []) throws {
    try self.init(source, options: rules.map { ("rules", $0) })
  }

  init(_ source: ModelFile, options: GivenOptions.Pairs) throws {
    let step = try FixStep(options)
    let optimized = try Optimized(source, step)
    file = optimized.file
    kinds = optimized.file.kinds
    result = optimized.outcome.results.last(of: FixResult.self) ?? FixResult()
    difference = try Self.difference(source, optimized.file)
  }

  private static func difference(_ source: ModelFile, _ fixed: ModelFile) throws -> Float {
    let (before, after) = (try Interpreter(source), try Interpreter(fixed))
    var worst: Float = 0
    for seed in 7..<10 {
      let inputs = RandomInputs.arrays(before, seed: UInt64(seed))
      for (a, b) in zip(try before.run(inputs), try after.run(inputs)) {
        guard a.shape == b.shape, a.type == b.type else { return .infinity }
        guard a.bytes != b.bytes else { continue }
        guard a.type == .float32 else { return .infinity }
        let (x, y) = (a.bytes.elements(Float.self), b.bytes.elements(Float.self))
        for (x, y) in zip(x, y) where x != y { worst = max(worst, abs(x - y)) }
      }
    }
    return worst
  }
}
