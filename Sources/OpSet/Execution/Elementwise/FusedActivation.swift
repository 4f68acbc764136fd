import KernelTable
import TFLite

/// The activation that an operator applies to its result (schema: ActivationFunctionType).
struct FusedActivation {
  /// Kernels of the runtime clamp to finite values even without an activation.
  var low = -Float.greatestFiniteMagnitude
  var high = Float.greatestFiniteMagnitude
  /// The part of the activation that clamping cannot compute.
  var function: UnaryOperation?

  static let none: FusedActivation = {
    var none = FusedActivation()
    (none.low, none.high) = (-.infinity, .infinity)
    return none
  }()

  private init() {}

  init(code: Int) throws {
    switch code {
    case 0: break
    case 1: low = 0
    case 2: (low, high) = (-1, 1)
    case 3: (low, high) = (0, 6)
    case 4: function = .tanh
    case 5: function = .sign
    default: throw OperatorFault.invalid("unknown fused activation \(code)")
    }
  }

  var isClamping: Bool {
    low > -Float.greatestFiniteMagnitude || high < Float.greatestFiniteMagnitude
  }

  /// Returns the stages that remain to be done on the output.
  func stages(on output: Value, _ kernels: KernelTable) -> [Stage] {
    guard let function else { return [] }
    return [.once { kernels.unary(function, output.floats, output.floats, output.count, 0) }]
  }
}
