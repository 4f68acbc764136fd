import Optimizer
import Pipelines

/// The number formats of weights and activations after `OptimizationStep.quantize`.
public enum QuantizationMode: String, CaseIterable, Sendable {
  /// Weights in half precision: half the size.
  case float16
  /// Weights in int8, activations stay float: a quarter of the size.
  case dynamic
  /// Weights and activations in int8; needs samples.
  case int8
  /// Weights in int8, activations in int16; needs samples.
  case int16x8
}

/// One change to a model. A string literal is a step as `optimize pipeline` takes it, such as
/// `"cluster:clusters=32"`; STEPS.md lists all steps and their options.
///
/// Errors in a step show when the job runs.
public struct OptimizationStep: Sendable, ExpressibleByStringLiteral {
  private enum Form: Sendable {
    case text(String)
    case options(String, [(key: String, value: String)])
    case made(any Step)
  }

  private let form: Form

  public init(_ text: String) { form = .text(text) }

  public init(stringLiteral text: String) { self.init(text) }

  /// A step by its name, with options by the keys of STEPS.md.
  public init(_ name: String, options: KeyValuePairs<String, String>) {
    form = .options(name, options.map { ($0.key, $0.value) })
  }

  private init(
    _ name: String, _ first: [(String, String)], _ more: KeyValuePairs<String, String>
  ) {
    form = .options(name, first.map { ($0, $1) } + more.map { ($0.key, $0.value) })
  }

  private init(made step: any Step) { form = .made(step) }

  /// Stores weights, and in modes int8 and int16x8 activations, with fewer bits.
  public static func quantize(
    _ mode: QuantizationMode, options: KeyValuePairs<String, String> = [:]
  ) -> Self {
    Self("quantize", [("mode", mode.rawValue)], options)
  }

  /// Makes a share of the weights zero, from 0 to 1; with samples, the weights that cost least.
  public static func prune(
    sparsity: Double, options: KeyValuePairs<String, String> = [:]
  ) -> Self {
    Self("prune", [("sparsity", "\(sparsity)")], options)
  }

  /// Limits each weight to a number of distinct values, from 2 to 256.
  public static func cluster(
    _ clusters: Int, options: KeyValuePairs<String, String> = [:]
  ) -> Self {
    Self("cluster", [("clusters", "\(clusters)")], options)
  }

  /// Serializes the file again and changes nothing.
  public static let rewrite = Self("rewrite", [], [:])

  /// Returns the steps of a recipe: a JSON file that `--save-recipe` or `OptimizationJob.recipe()` made.
  public static func recipe(_ path: String) throws(OptimizationError) -> [OptimizationStep] {
    try OptimizationError.wrapping(path) {
      try Recipe(path, .all).steps.map { Self(made: $0) }
    }
  }

  func made() throws(UsageFault) -> any Step {
    switch form {
    case .made(let step): return step
    case .text(let text):
      return try UsageFault.wrapping { () throws(StepFault) in try StepCatalog.all.step(text) }
    case .options(let name, let pairs):
      return try UsageFault.wrapping { () throws(StepFault) in
        try StepCatalog.all.step(name, GivenOptions(pairs))
      }
    }
  }
}
