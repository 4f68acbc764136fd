import Platform
import TFLite

/// The source of a TensorFlow Lite model: a file or bytes. A string literal is a file's path.
public enum ModelSource: Sendable, ExpressibleByStringLiteral {
  /// The path of a `.tflite` file.
  case file(String)
  /// The bytes of such a file.
  case bytes([UInt8])
  /// A model inside a container (`.task`, `.litertlm`), by the file's path and the name that `optimize
  /// inspect` lists. A job's result is the model, not the container.
  case section(of: String, named: String)

  public init(stringLiteral path: String) { self = .file(path) }

  /// The name of the model in errors and reports.
  var name: String {
    switch self {
    case .file(let path): path
    case .bytes: "model"
    case .section(let path, let section): "\(path):\(section)"
    }
  }

  /// Throws `ModelFault` or `SystemError`.
  func open(_ options: OptimizationOptions) throws -> ModelFile {
    let map =
      switch self {
      case .file(let path): try MappedFile(path: path)
      case .bytes(let bytes): MappedFile(copying: bytes, as: name)
      case .section(let path, let section):
        try ModelOrContainer(MappedFile(path: path), sections: [section]).onlyModel()
      }
    return try ModelFile(
      map, dropsUnknown: options.dropsUnknownFields, maxMemory: options.maxMemory)
  }
}
