import Optimizer

extension Encoding {
  /// The encoding in words, such as "float16" or "sparse float32".
  package var text: String {
    switch self {
    case .dense(let type): "\(type)"
    case .sparse(let type): "sparse \(type)"
    case .blocks(let type, let size): "\(type) in blocks of \(size)"
    }
  }
}

extension OperatorEncoding {
  /// The arithmetic in words, such as "int8" or "float32 with int8 weights".
  package var text: String {
    let type = result?.description ?? "none"
    return weights.map { "\(type) with \($0.text) weights" } ?? type
  }
}
