import Foundation
import TestSupport

/// A folder that looks like a fresh checkout, with the built program as `optimize` on the PATH.
struct ExampleFolder {
  let workspace: Workspace
  private let programs: Workspace

  /// Commands that build for minutes; `.ci/run` and `Tools/first_hour.py` run the first two.
  static let builds = [
    "swift test -c release --quiet --disable-testable-imports", "make install PREFIX=$HOME/.local",
  ]

  init() throws {
    workspace = try Workspace()
    programs = try Workspace()
    guard let path = Executable.path else { throw Unable(code: ENOENT) }
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: programs.path("optimize"), withDestinationPath: path)
    // The README's first command builds in release mode; here it runs what is built already.
    let swift = """
      #!/bin/sh
      case "$*" in
        "run -c release optimize "*) shift 4; exec optimize "$@" ;;
      esac
      exit 99

      """
    try files.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: programs.write(swift, to: "swift"))
    try files.createSymbolicLink(
      atPath: workspace.path("Fixtures"), withDestinationPath: Fixtures.root)
  }

  /// Runs a script as `sh -e` does; what it prints on both outputs is one text.
  func run(
    _ script: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> (code: Int32, text: String) {
    let system = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let variables = [
      "PATH": programs.path + ":" + system, "HOME": programs.path, "OPTIMIZE_DEFLATE": "built-in",
    ].merging(environment) { $1 }
    let printed = programs.path("printed")
    let code = try Self.spawn(
      ["/bin/sh", "-e", "-c", "cd \"$EXAMPLES\"\n" + script, "sh"] + arguments,
      variables.merging(["EXAMPLES": workspace.path]) { $1 }, output: printed)
    return (code, try String(contentsOfFile: printed, encoding: .utf8))
  }

  /// Runs a program with both outputs in a new file and returns its exit code.
  ///
  /// Not `Foundation.Process`: on Linux its `waitUntilExit` was seen to wait for processes that had ended,
  /// when many were started at once.
  private static func spawn(
    _ arguments: [String], _ variables: [String: String], output: String
  ) throws -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var texts = arguments.map { strdup($0) } + [nil]
    var environment = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in texts + environment { free(text) } }
    var id: pid_t = 0
    let failure = posix_spawn(&id, arguments[0], &actions, nil, &texts, &environment)
    guard failure == 0 else { throw Unable(code: failure) }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 { guard errno == EINTR else { throw Unable(code: errno) } }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  struct Unable: Error {
    let code: Int32
  }

  /// One thing in a document that is not so.
  struct Difference: CustomStringConvertible {
    let description: String
  }

  /// Runs the commands of a document in order and returns what is not as it says; `printed` has the real
  /// lines for each block with printed lines.
  func run(
    _ document: ExampleDocument
  ) throws -> (differences: [Difference], printed: [(ExampleDocument.Block, [String])]) {
    var differences: [Difference] = []
    var printed: [(ExampleDocument.Block, [String])] = []
    for part in try document.parts() {
      guard case .commands(let commands, let shown) = part else {
        if case .file(let name, let lines) = part {
          try workspace.write(lines.joined(separator: "\n") + "\n", to: name)
        }
        continue
      }
      var text = ""
      for command in commands where !Self.builds.contains(command.text) {
        let result = try run(command.text)
        text += result.text
        guard result.code != command.exitCode else { continue }
        differences.append(
          Difference(description: "\(command.text): exit \(result.code)\n\(result.text)"))
      }
      guard let shown else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let real = lines.last == "" ? lines.dropLast() : lines[...]
      printed.append((shown, Array(real)))
      if !Self.matches(shown.lines[...], real) {
        differences.append(
          Difference(description: "line \(shown.start): really printed\n\(text)"))
      }
    }
    return (differences, printed)
  }

  /// Whether real lines are the shown ones, where `…` stands for any lines.
  static func matches(_ shown: ArraySlice<String>, _ real: ArraySlice<String>) -> Bool {
    guard let line = shown.first else { return real.isEmpty }
    guard line == "…" else {
      return real.first == line && matches(shown.dropFirst(), real.dropFirst())
    }
    return (real.startIndex...real.endIndex).contains {
      matches(shown.dropFirst(), real[$0...])
    }
  }
}
