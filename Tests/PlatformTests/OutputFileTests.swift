import Foundation
import Platform
import Testing

/// A file appears whole or not at all, under a temporary name that nobody else has.
@Suite final class OutputFileTests {
  private let folder: URL
  private var target: String { folder.appending(path: "model.tflite").path }
  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ text: String, to file: OutputFile) throws {
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
  }

  @Test func `Leftovers of any process and several writers do not disturb one another`() throws {
    let leftover = "\(target).tmp-\(ProcessInfo.processInfo.processIdentifier)"
    try Data("leftover".utf8).write(to: URL(fileURLWithPath: leftover))
    let files = try (0..<20).map { _ in try OutputFile(path: target) }
    #expect(Set(files.compactMap(\.temporaryPath)).count == 20)
    for (index, file) in files.enumerated() {
      try write("\(index)", to: file)
      try file.commit(replacing: true)
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "\(index)")
    }
    #expect(names == ["model.tflite", URL(fileURLWithPath: leftover).lastPathComponent])
  }

  @Test func `Without replacing, a file that appeared meanwhile stays`() throws {
    let file = try OutputFile(path: target)
    try write("new", to: file)
    try Data("other".utf8).write(to: URL(fileURLWithPath: target))
    #expect(throws: SystemError.self) { try file.commit(replacing: false) }
    file.discard()
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "other")
    #expect(names == ["model.tflite"])
    let second = try OutputFile(path: folder.appending(path: "b").path)
    try write("b", to: second)
    try second.commit(replacing: false)
    #expect(names == ["b", "model.tflite"])
  }

  @Test func `The longest name that a folder takes is fine`() throws {
    let name = String(repeating: "é", count: 127)
    let file = try OutputFile(path: folder.appending(path: name).path)
    try write("x", to: file)
    try file.commit(replacing: false)
    #expect(names == [name])
  }

  @Test func `An error names the file that was asked for`() {
    let path = folder.appending(path: "no/such/folder").path
    #expect(throws: SystemError(path: path, action: .write, code: ENOENT)) {
      try OutputFile(path: path)
    }
  }
}
