import Interpreter
import Platform
import TFLite

/// Counts the allocations of a run: `allocation-probe FOLDER THREADS` prints a line for each
/// `NUMBER.tflite` in the folder, `NUMBER COUNT`; inputs are `NUMBER.inputs`, one behind the other.
///
/// A process of its own, because everything that the process does meanwhile counts.
@main
struct AllocationProbe {
  static func main() throws {
    let folder = CommandLine.arguments[1]
    let threads = Int(CommandLine.arguments[2]) ?? 1
    // Nothing may come out as zero because nothing is counted.
    var object: AnyObject?
    print("control", allocations { object = makeObject() }, object == nil)
    for name in FileSystem.names(in: folder) where name.hasSuffix(".tflite") {
      let stem = "\(folder)/\(name.dropLast(7))"
      do {
        print(name.dropLast(7), try count(stem, threads))
      } catch {
        print(name.dropLast(7), "failed: \(error)")
      }
    }
  }

  /// By the runtime, which is a library of its own.
  @inline(never) private static func makeObject() -> AnyObject { Control(CommandLine.arguments) }

  private static func count(_ stem: String, _ threads: Int) throws -> Int {
    var options = Interpreter.Options()
    options.threads = threads
    let file = try ModelFile(MappedFile(path: "\(stem).tflite"))
    let interpreter = try Interpreter(file, options: options)
    let bytes = try MappedFile(path: "\(stem).inputs")
    var start = 0
    for index in interpreter.inputs.indices {
      let port = interpreter.inputs[index]
      let size = port.type.byteCount(elements: port.shape.reduce(1, *)) ?? 0
      try interpreter.setInput(index, .init(rebasing: bytes.bytes[start..<start + size]))
      start += size
    }
    for _ in 0..<3 { try interpreter.run() }
    return try allocations { try interpreter.run() }
  }
}

private final class Control {
  let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }
}
