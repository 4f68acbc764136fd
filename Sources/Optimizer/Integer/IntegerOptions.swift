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
