import Foundation

/// A terminal without a screen, which keeps what a process wrote to it.
final class PseudoTerminal {
  private let main: Int32
  private let other: Int32

  init?(columns: UInt16) {
    main = openTerminal(O_RDWR | O_NOCTTY)
    guard main >= 0, grant(main) == 0, unlock(main) == 0, let name = terminalName(main) else {
      return nil
    }
    other = open(name, O_RDWR | O_NOCTTY)
    guard other >= 0 else { return nil }
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(other, UInt(TIOCSWINSZ), &size) == 0 else { return nil }
  }

  /// Runs the tool with the terminal as its standard error. Returns what it wrote there and to
  /// standard output.
  func run(
    _ arguments: [String], environment: [String: String]
  ) throws -> (code: Int32, screen: String, output: String) {
    let process = Process()
    process.executableURL = Executable.path.map { URL(fileURLWithPath: $0) }
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle(fileDescriptor: other)
    try process.run()
    close(other)
    // The terminal is drained while the process runs, or it would wait for room.
    var screen: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(main, &buffer, buffer.count)
      guard count > 0 else { break }
      screen += buffer.prefix(count)
    }
    process.waitUntilExit()
    close(main)
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    return (
      process.terminationStatus, String(decoding: screen, as: UTF8.self),
      String(decoding: output, as: UTF8.self)
    )
  }
}

// Functions of the C library that Swift's modules do not have on every system.
@_silgen_name("posix_openpt") private func openTerminal(_ flags: Int32) -> Int32
@_silgen_name("grantpt") private func grant(_ descriptor: Int32) -> Int32
@_silgen_name("unlockpt") private func unlock(_ descriptor: Int32) -> Int32
@_silgen_name("ptsname")
private func terminalName(_ descriptor: Int32) -> UnsafeMutablePointer<CChar>?
