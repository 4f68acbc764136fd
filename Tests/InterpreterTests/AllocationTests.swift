import Foundation
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Interpreter

/// Judge: the C library's allocator, whose calls a process of its own counts (`AllocationProbe`).
@Suite(.enabled(if: Probe.canCount, "needs glibc, and no sanitizer that replaces its allocator"))
struct AllocationTests {
  @Test func `A run of a model with known shapes allocates nothing`() throws {
    let probe = try #require(Probe.path, "allocation-probe was not built beside the tests")
    let workspace = try Workspace()
    let folder = workspace.folder
    let names = try writeModels(folder)
    #expect(names.count > 1500)
    for threads in [1, 2] {
      let lines = try Probe.run(probe, [folder.path, "\(threads)"]).split(separator: "\n")
      #expect(lines.first == "control 1 false")
      let results = lines.dropFirst().map { $0.split(separator: " ", maxSplits: 1) }
      #expect(results.count == names.count)
      for result in results where result.last != "0" {
        let name = Int(result[0]).map { names[$0] } ?? "?"
        Issue.record("\(name) on \(threads) threads: \(result[1])")
      }
    }
  }

  /// The static fixtures and golden cases, numbered, with their inputs; their names.
  private func writeModels(_ folder: URL) throws -> [String] {
    var names: [String] = []
    func add(_ name: String, _ model: [UInt8], _ inputs: [DenseArray]) throws {
      let number = String(format: "%05d", names.count)
      try Data(model).write(to: folder.appending(path: "\(number).tflite"))
      try Data(inputs.flatMap(\.bytes)).write(to: folder.appending(path: "\(number).inputs"))
      names.append(name)
    }
    for name in Fixtures.runnable {
      let interpreter = try Interpreter(Fixtures.open(name), options: .single)
      guard interpreter.isStatic else { continue }
      let bytes = try Data(
        contentsOf: URL(fileURLWithPath: "\(Fixtures.models)/\(name).tflite"))
      try add(name, [UInt8](bytes), interpreter.randomInputs(seed: 1))
    }
    for kind in GoldenCase.operators {
      for entry in try GoldenCase.cases(of: kind) {
        guard let interpreter = try? Interpreter(entry.file(), options: .single),
          interpreter.isStatic, let inputs = entry.runs.first?.inputs,
          inputs.map(\.shape) == interpreter.inputs.map(\.shape)
        else { continue }
        try add(entry.name, entry.model, inputs)
      }
    }
    return names
  }
}

extension Interpreter.Options {
  static var single: Self { .threads(1) }

  static func threads(_ count: Int) -> Self {
    var options = Self()
    options.threads = count
    return options
  }
}

/// The counting executable that was built with these tests.
private enum Probe {
  static let path: String? = {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let path = folder.appending(path: "allocation-probe").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  static var canCount: Bool {
    #if canImport(Glibc)
      dlsym(nil, "__asan_init") == nil && dlsym(nil, "__tsan_init") == nil
    #else
      false
    #endif
  }

  static func run(_ path: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    return String(decoding: output, as: UTF8.self)
  }
}
