import Interpreter
import Optimizer
import Platform

/// Options for reading, running and changing a model, and for accepting results.
public struct OptimizationOptions: Sendable {
  /// The number of threads; results do not depend on it.
  public var threads = Threads.available
  /// Bytes that decoded tables and tensors may take; nil for the defaults.
  public var maxMemory: Int?
  /// The oldest release of the runtime that must load the result, such as "2.14"; operators get forms
  /// that it has kernels for. Nil for the newest.
  public var runtime: String?
  /// The signature that samples are for; nil is the first subgraph.
  public var signature: String?
  /// Patterns of tensors' names, or of operators' kinds after "op:". Only tensors that match one
  /// are changed.
  public var only: [String] = []
  /// Patterns of tensors that are left unchanged.
  public var skip: [String] = []
  /// Patterns of tensors that stay float.
  public var keepFloat: [String] = []
  /// Files with statistics that `optimize calibrate` wrote. They replace the samples of modes int8
  /// and int16x8.
  public var statistics: [String] = []
  /// Whether fields of the file that this version does not know are dropped; otherwise they are an
  /// error.
  public var dropsUnknownFields = false
  /// Whether the input is accepted as the result if there was nothing to do.
  public var allowsUnchanged = false
  /// Whether a result that is larger than its model is accepted.
  public var allowsLarger = false
  /// Whether a result that fails a gate is accepted.
  public var allowsFailedGates = false
  /// Whether the report also has digests, sizes under compression and the entropy of every
  /// constant, for which both files are compressed.
  public var measuresAll = false

  public init() {}

  var run: RunOptions {
    var run = RunOptions()
    run.threads = max(threads, 1)
    run.maxMemory = maxMemory
    run.signature = signature
    return run
  }

  var interpreter: Interpreter.Options {
    var options = Interpreter.Options()
    options.threads = max(threads, 1)
    options.signature = signature
    if let maxMemory { options.maxMemory = maxMemory }
    return options
  }

  var selection: Selection {
    Selection(
      only: only.map(Selection.Rule.init), skip: skip.map(Selection.Rule.init),
      keepFloat: keepFloat.map(Selection.Rule.init))
  }

  var policy: JobRun.Policy {
    var policy = JobRun.Policy()
    policy.allowsUnchanged = allowsUnchanged
    policy.allowsLarger = allowsLarger
    policy.keepsFailed = allowsFailedGates
    policy.measuresAll = measuresAll
    policy.advises = measuresAll
    return policy
  }
}
