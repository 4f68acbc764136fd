import Interpreter
import Optimizer
import Platform

/// Options for reading, running and changing a model, and for accepting results.
public struct OptimizationOptions: Sendable {
  /// Threads to work on; results do not depend on it.
  public var threads = Threads.available
  /// Bytes that decoded tables and tensors may take; nil for the defaults.
  public var maxMemory: Int?
  /// The signature that samples are for; nil is the first subgraph.
  public var signature: String?
  /// Patterns of tensors' names, or of operators' kinds after "op:". Only tensors that match one
  /// are changed.
  public var only: [String] = []
  /// Patterns of tensors that are left unchanged.
  public var skip: [String] = []
  /// Patterns of tensors that stay float.
  public var keepFloat: [String] = []
  /// Files with statistics that `optimize calibrate` wrote; they stand for the samples of modes int8
  /// and int16x8.
  public var statistics: [String] = []
  /// Fields of the file that this version does not know are left out; otherwise they are an error.
  public var dropsUnknownFields = false
  /// The input is accepted as its own result where there was nothing to do.
  public var allowsUnchanged = false
  /// A result is accepted that is larger than its model.
  public var allowsLarger = false
  /// A result is accepted that fails a gate.
  public var allowsFailedGates = false
  /// The report has digests, sizes under compression and the entropy of every constant too, for which
  /// both files are compressed.
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
