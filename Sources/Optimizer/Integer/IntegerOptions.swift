import Calibration
import TFLite

/// How `quantize --mode int8` and `int16x8` work.
public struct IntegerOptions: Equatable, Sendable {
  public var mode: IntegerMode
  public var range = RangeMethod.auto
  /// 0: least and greatest values alone; 1: no searches; 2: searches of bounded length; 3: searches
  /// of any length.
  public var effort = 2
  /// Operators that would stay float are an error.
  public var isStrict = false
  /// One scale for each weight tensor.
  public var isPerTensor = false
  /// Activations have zero point 0.
  public var isSymmetric = false
  public var correctsBiases = true
  public var io = IOTypes()
  /// The signature whose inputs the samples are for.
  public var signature: String?

  public init(mode: IntegerMode) { self.mode = mode }
}

extension IntegerOptions {
  /// Options that are not at their default, as in `pipeline`.
  var described: [(key: String, value: String)] {
    let standard = IntegerOptions(mode: mode)
    var options: [(String, String)] = []
    if range != standard.range { options.append(("range", range.description)) }
    if effort != standard.effort { options.append(("effort", "\(effort)")) }
    if isStrict { options.append(("strict", "true")) }
    if isPerTensor { options.append(("per-tensor", "true")) }
    if isSymmetric { options.append(("symmetric-activations", "true")) }
    if !correctsBiases { options.append(("bias-correction", "false")) }
    if let type = io.standard { options.append(("io", type.description)) }
    for (name, type) in io.named.sorted(by: { $0.key < $1.key }) {
      options.append(("io", "\(name)=\(type)"))
    }
    return options
  }
}
