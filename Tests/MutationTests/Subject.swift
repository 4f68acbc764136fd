import Foundation
import Optimizer
import Pipelines
import Platform
import Report
import TFLite
import TestSupport

/// What is done with each input: all that the commands do with a file.
struct Subject {
  let folder: URL
  /// The current input; after a trap it is still there.
  let input: String

  init(named name: String = "input.tflite") throws {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let root =
      FileManager.default.isWritableFile(atPath: memory.path)
      ? memory : FileManager.default.temporaryDirectory
    let process = ProcessInfo.processInfo.processIdentifier
    folder = root.appending(path: "optimize-mutations-\(process)-\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    input = folder.appending(path: name).path
    print("mutations: the current input is \(input)")
  }

  func removeFiles() { try? FileManager.default.removeItem(at: folder) }

  func save(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: input)) }

  /// Copies the input out of the folder that is removed at the end.
  func keep(_ name: String, _ seed: UInt64) throws -> String {
    let kept = FileManager.default.temporaryDirectory
      .appending(path: "mutation-\(seed)-\(name)")
    try? FileManager.default.removeItem(at: kept)
    try FileManager.default.copyItem(at: URL(fileURLWithPath: input), to: kept)
    return kept.path
  }

  static let steps: [[any Step]] = [
    [.rewrite],
    [QuantizeStep(mode: .float16)],
    [QuantizeStep(mode: .dynamic)],
    [weightsOnly],
    [QuantizeStep(mode: .dynamic), QuantizeStep(mode: .float16)],
  ]

  private static var weightsOnly: QuantizeStep {
    var quantize = QuantizeStep(mode: .dynamic)
    quantize.weightsOnly = true
    return quantize
  }

  /// How many steps refused the input, and how many files were written and read again.
  ///
  /// Throws `ModelFault` for an unreadable input, and anything else for what must not happen.
  func run(_ seed: UInt64) throws -> (unfit: Int, written: Int) {
    let file = try ModelFile(
      MappedFile(path: input), dropsUnknown: seed % 3 == 0, maxMemory: seed % 7 == 0 ? 1 << 20 : nil
    )
    let inspection = try Inspection(file, path: input)
    _ = inspection.json.text
    _ = inspection.text(tensors: true, operators: true)
    var unfit = 0
    var written = 0
    for steps in Self.steps {
      if try write(file, steps, seed) { written += 1 } else { unfit += 1 }
    }
    return (unfit, written)
  }

  private func write(_ file: ModelFile, _ steps: [any Step], _ seed: UInt64) throws -> Bool {
    var options = RunOptions()
    options.threads = Int(seed % 2) + 1
    let outcome: Pipeline.Outcome
    do {
      outcome = try Pipeline(steps, options: options).run(on: file)
    } catch is ModelFault {
      return false
    } catch is OptimizerFault {
      return false
    }
    var report = ReportDocument(
      toolVersion: "test", command: [], input: .init(path: input, bytes: file.bytes.count),
      minRuntime: .init(before: nil, after: nil))
    ReportBuilder(
      before: file.model, after: outcome.model, log: outcome.log, results: outcome.results
    )
    .fill(&report)
    _ = report.text(verbose: true)
    _ = report.json.text
    _ = report.html
    let output = folder.appending(path: "output.tflite").path
    do {
      try Emission.write(outcome.writer, to: output, replacing: true) { _ in true }
    } catch ModelFault.tailTooFar {
      return false
    }
    return true
  }
}

/// This process's memory.
enum Memory {
  /// The most bytes that were resident at once.
  static var peak: Int {
    #if os(Linux)
      // Unlike `getrusage` it does not begin with what the parent process had.
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      return (Int(line.filter(\.isNumber)) ?? 0) << 10
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }

  /// Whether a sanitizer watches this process.
  static let isChecked = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}

/// The files that are mutated.
enum Bases {
  struct Base {
    let path: String
    let bytes: [UInt8]

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// What cannot be read before a mutation cannot after it.
    var isReadable: Bool {
      guard let map = try? MappedFile(path: path) else { return false }
      return (try? ModelFile(map, dropsUnknown: true)) != nil
    }
  }

  /// Small fixtures, the malformed ones and recorded vectors included, and small models of `zoo`.
  static func load(zoo: String?) throws -> [Base] {
    let tests = Checkout.root.appending(path: "Tests")
    var bases: [Base] = []
    let folders = [
      URL(fileURLWithPath: Fixtures.models), URL(fileURLWithPath: Fixtures.malformed),
      tests.appending(path: "TFLiteTests/Vectors"), tests.appending(path: "OptimizerTests/Vectors"),
    ]
    for folder in folders { bases += try models(folder, below: 16_384) }
    // Weights as int8 with float activations, and control flow, come in larger files only.
    let names = ["embedding_gather", "gru_while", "digits_cnn_dynamic"]
    bases += try names.map { try base(URL(fileURLWithPath: Fixtures.path($0))) }
    if let zoo { bases += try models(URL(fileURLWithPath: zoo), below: 20_480) }
    return bases.filter(\.isReadable)
  }

  private static func models(_ folder: URL, below limit: Int) throws -> [Base] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    // Large files are not even read: the memory that they take would hide what the inputs take.
    return try names.filter { $0.hasSuffix(".tflite") }.map { folder.appending(path: $0) }
      .filter { url in
        let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
        return (16..<limit).contains(size ?? 0)
      }.map(base)
  }

  private static func base(_ url: URL) throws -> Base {
    // `Data(contentsOf:)` leaks on empty files, which leak checkers report.
    let map = try MappedFile(path: url.path)
    return withExtendedLifetime(map) { Base(path: url.path, bytes: Array(map.bytes)) }
  }
}
