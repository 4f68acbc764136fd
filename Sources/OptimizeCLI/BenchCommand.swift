import Interpreter
import OpSet
import Platform
import Report
import TFLite

/// `bench`: how long the model runs here.
enum BenchCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(1)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    let runs = try Values.count(arguments[Options.runs], Options.runs, standard: 50)
    var options = Interpreter.Options()
    options.threads = try Values.threads(arguments[Options.threads])
    options.signature = arguments[Options.signature]
    let start = Clock.now()
    let file = try ModelFile(MappedFile(path: path))
    let interpreter = try Interpreter(file, options: options)
    let preparation = Clock.now() - start
    try RandomInputs.fill(interpreter)
    try interpreter.run()
    let first = Clock.now() - start
    var seconds: [Double] = []
    for _ in 0..<runs {
      let begin = Clock.now()
      try interpreter.run()
      seconds.append(Clock.now() - begin)
    }
    let timings = OperatorTimings()
    if arguments.has(Options.perOperator) {
      for _ in 0..<runs { try timings.run(interpreter) }
    }
    let result = BenchResult(
      path: path, threads: options.threads, kernels: options.kernels.name,
      preparation: preparation, firstResult: first, seconds: seconds.sorted(),
      timings: timings.rows)
    if let target = arguments[Options.json] {
      try ReportSink(console: invocation.console).write(result.json, to: target)
    } else {
      invocation.console.output(result.text)
    }
    return .done
  }
}

/// Seeded random inputs, for measuring time alone.
enum RandomInputs {
  /// Floats from −1 to 1; zeros for other types, which are sizes and indices.
  static func fill(_ interpreter: Interpreter) throws {
    var state: UInt64 = 1
    for (index, port) in interpreter.inputs.enumerated() {
      let count = interpreter.shape(ofInput: index).reduce(1, *)
      guard let size = port.type.byteCount(elements: count) else { continue }
      var bytes = [UInt8](repeating: 0, count: size)
      if port.type == .float32 {
        bytes.withUnsafeMutableBytes { target in
          for value in target.bindMemory(to: Float.self).indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let unit = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
            target.storeBytes(of: unit, toByteOffset: value * 4, as: Float.self)
          }
        }
      }
      try bytes.withUnsafeBytes { try interpreter.setInput(index, $0) }
    }
  }
}
