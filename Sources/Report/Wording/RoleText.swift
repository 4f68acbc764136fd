import Optimizer

extension ConstantRole {
  package var text: String {
    switch self {
    case .weight: "weight"
    case .bias: "bias"
    case .parameter: "parameter"
    case .index: "index"
    case .state: "state"
    case .activation: "activation"
    case .output: "output"
    case .unknown: "unknown"
    }
  }
}
