import Platform
import TFLiteOptimizer

/// The files that a command reads and writes, of which no written one may replace another one.
///
/// Commands check them before they begin to work, so that nothing is written if one is refused.
struct OutputPaths {
  private struct Output {
    let path: String
    /// "the model", or the option.
    let source: String
    /// Such as "the output" or "the report".
    let noun: String
  }

  private let inputs: [(path: String, noun: String)]
  private let outputs: [Output]
  private let isForced: Bool
  /// A folder that will be made for results if it is not there.
  private let folder: String?

  /// `models` and `more` are read. `results` are the files for results, "-" is standard output. All
  /// other files are those of the arguments.
  init(
    _ arguments: Arguments, models: [String], more: [String] = [], results: [String] = [],
    folder: String? = nil
  ) {
    self.folder = folder
    isForced = arguments.has(Options.force)
    let read = arguments.files(.read).map { option, value in
      (path: Self.path(in: value), noun: "the file of \(option.name)")
    }
    let others = more.filter { path in !read.contains { $0.path == path } }
    inputs = (models + others).map { (path: $0, noun: "the input") } + read
    let reports = arguments.files(.written).filter { option, _ in
      option.name != Options.output.name
    }.map { option, value in
      let isReport = [Options.json.name, Options.html.name, Options.markdown.name].contains(
        option.name)
      return Output(
        path: value.isEmpty ? "-" : value, source: option.name,
        noun: isReport ? "the report" : "the file of \(option.name)")
    }
    outputs =
      results.map { Output(path: $0, source: "the model", noun: "the output") } + reports
  }

  /// Returns the file of a value such as `FILE`, `FILE:ARRAY` or `KEY=FILE`.
  private static func path(in value: String) -> String {
    guard !FileSystem.exists(value) else { return value }
    let parts = value.split(separator: "=", maxSplits: 1)
    if parts.count == 2, !value.hasPrefix("./"), !value.hasPrefix("/") {
      return path(in: String(parts[1]))
    }
    guard let colon = value.lastIndex(of: ":") else { return value }
    return String(value[..<colon])
  }

  /// Throws `UsageFault` if a file may not be written, or `SystemError` if it cannot be.
  func check() throws {
    try checkStreams()
    for (index, output) in outputs.enumerated() where isFile(output) {
      let path = output.path
      if let input = inputs.first(where: { $0.path != "-" && Self.isOne($0.path, path) }) {
        throw UsageFault(
          output.noun == "the output" && input.noun == "the input"
            ? "output and input are the same file: '\(path)'"
            : "\(output.noun) '\(path)' would replace \(input.noun)")
      }
      if let folder = inputs.first(where: { Self.holds($0.path, path) }) {
        throw UsageFault("\(output.noun) '\(path)' would replace a sample of '\(folder.path)'")
      }
      let earlier = outputs[..<index].first { isFile($0) && Self.isOne($0.path, path) }
      if let earlier {
        let other = earlier.noun == output.noun ? "another one" : earlier.noun
        throw UsageFault("\(output.noun) '\(path)' would replace \(other)")
      }
      if FileSystem.isFolder(path) {
        throw UsageFault("'\(path)' is a folder", help: "name a file in it")
      }
    }
    try checkExisting()
    try checkFolder()
    for output in outputs where isFile(output) && !isInNewFolder(output.path) {
      if let fault = FileSystem.folderFault(for: output.path) { throw fault }
    }
  }

  /// Throws if several outputs, or several inputs, are the same stream.
  private func checkStreams() throws(UsageFault) {
    let streams = outputs.filter { $0.path == "-" }
    if streams.count > 1 {
      throw UsageFault(
        "both \(streams[0].source) and \(streams[1].source) would go to standard output",
        help: "name a file for one of them, such as -o FILE or --json=FILE")
    }
    guard inputs.filter({ $0.path == "-" }).count > 1 else { return }
    throw UsageFault("two files would come from standard input")
  }

  private func checkFolder() throws {
    guard let folder else { return }
    guard FileSystem.exists(folder) else {
      if let fault = FileSystem.folderFault(for: folder) { throw fault }
      return
    }
    guard FileSystem.isFolder(folder) else {
      throw UsageFault("'\(folder)' is a file, not a folder", help: "such as --output-dir results")
    }
  }

  private func isInNewFolder(_ path: String) -> Bool {
    guard let folder, !FileSystem.exists(folder) else { return false }
    return path.hasPrefix("\(folder)/")
  }

  private func checkExisting() throws(UsageFault) {
    let existing = outputs.filter { isFile($0) && FileSystem.exists($0.path) }.map(\.path)
    guard let first = existing.first, !isForced else { return }
    throw UsageFault(
      "'\(first)' exists already", notes: existing.dropFirst().map { "'\($0)' exists too" },
      help: "--force overwrites \(existing.count > 1 ? "them" : "it")")
  }

  /// Whether a file can be lost: not with standard output, a pipe or a device.
  private func isFile(_ output: Output) -> Bool {
    output.path != "-" && !FileSystem.isSpecial(output.path)
  }

  /// Whether both paths lead to one file, which need not exist.
  private static func isOne(_ a: String, _ b: String) -> Bool {
    FileSystem.areSame(a, b) || FileSystem.canonical(a) == FileSystem.canonical(b)
  }

  /// Whether the folder has the existing file.
  private static func holds(_ folder: String, _ path: String) -> Bool {
    guard FileSystem.isFolder(folder), FileSystem.exists(path) else { return false }
    return FileSystem.canonical(path).hasPrefix("\(FileSystem.canonical(folder))/")
  }
}
