import Platform
import TFLiteOptimizer

/// The files that a command reads and writes. A written file must not replace another one of them.
struct OutputPaths {
  var inputs: [String]
  /// The model; nil if none is written, "-" for standard output.
  var model: String?
  var reports: [String]

  /// Throws if two paths are the same file, also through links or different spellings.
  func check() throws(UsageFault) {
    var taken: [(path: String, what: String)] = []
    for input in inputs where input != "-" { taken.append((input, "the input")) }
    if let model, model != "-", !FileSystem.isSpecial(model) {
      guard holder(of: model, taken) == nil else {
        throw UsageFault("output and input are the same file: '\(model)'")
      }
      taken.append((model, "the output"))
    }
    for report in reports where !report.isEmpty && !FileSystem.isSpecial(report) {
      if let other = holder(of: report, taken) {
        throw UsageFault("the report '\(report)' would replace \(other)")
      }
      taken.append((report, "another report"))
    }
  }

  /// Throws if the model would replace a file, unless it may be overwritten.
  func checkModelIsFree(isForced: Bool) throws(UsageFault) {
    guard let model, model != "-" else { return }
    if FileSystem.isFolder(model) {
      throw UsageFault("'\(model)' is a folder", help: "name a file: -o \(model)/model.tflite")
    }
    if FileSystem.exists(model), !isForced {
      throw UsageFault("'\(model)' exists already", help: "--force overwrites it")
    }
  }

  private func holder(of path: String, _ taken: [(path: String, what: String)]) -> String? {
    let place = FileSystem.canonical(path)
    return taken.first {
      FileSystem.areSame($0.path, path) || FileSystem.canonical($0.path) == place
    }?.what
  }
}
