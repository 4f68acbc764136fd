import Interpreter
import JSON
import Report
import TFLiteOptimizer

/// The measurements of `bench`; times in seconds, runs sorted.
struct BenchResult {
  let path: String
  let threads: Int
  let kernels: String
  let preparation: Double
  let firstResult: Double
  let seconds: [Double]
  let timings: [OperatorTimings.Row]

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  private struct Line {
    let row: OperatorTimings.Row
    let median: Double
    var rate: Double { median > 0 ? 2e-9 * Double(row.multiplications) / median : 0 }
  }

  private var lines: [Line] {
    timings.map { Line(row: $0, median: Self.quantile($0.seconds.sorted(), 0.5)) }
  }

  var json: JSONValue {
    .object([
      "schemaVersion": .integer(1), "tool": Tool.json, "model": .string(path),
      "threads": .integer(threads), "kernels": .string(kernels), "inputs": .string("random"),
      "runs": .integer(seconds.count), "prepareSeconds": .number(preparation),
      "firstResultSeconds": .number(firstResult),
      "medianSeconds": .number(Self.quantile(seconds, 0.5)),
      "p90Seconds": .number(Self.quantile(seconds, 0.9)),
      "leastSeconds": .number(seconds.first ?? 0),
      "operators": .array(
        lines.map { line in
          .object([
            ("subgraph", .integer(line.row.subgraph)), ("index", .integer(line.row.index)),
            ("kind", .string(line.row.name)),
            ("outputShape", .array(line.row.outputShape.map { .integer($0) })),
            ("medianSeconds", .number(line.median)),
            ("multiplications", .integer(line.row.multiplications)),
            ("gflops", .number(line.rate)),
          ])
        }),
    ])
  }

  var text: String {
    var text = """
      \(path): \(Numbers.counted(seconds.count, "run")) on random inputs, \
      \(Numbers.counted(threads, "thread")), kernels \(kernels)
      median \(Self.milliseconds(Self.quantile(seconds, 0.5))), \
      90 % below \(Self.milliseconds(Self.quantile(seconds, 0.9))), \
      prepared in \(Self.milliseconds(preparation)), \
      first result after \(Self.milliseconds(firstResult))

      """
    guard !timings.isEmpty else { return text }
    let total = lines.reduce(0) { $0 + $1.median }
    text += "\n    operator                          output                   ms      %  GFLOP/s\n"
    for line in lines {
      let place = line.row.subgraph == 0 ? "" : "\(line.row.subgraph):"
      let shape = line.row.outputShape.map(String.init).joined(separator: "×")
      text +=
        "\(place)\(line.row.index)".padded(4)
        + ReadableText.shortened(line.row.name, to: 33).padded(34)
      text += shape.padded(20) + Numbers.fixed(line.median * 1e3, 3).padded(8, left: true)
      text += Numbers.fixed(100 * line.median / max(total, 1e-12), 1).padded(7, left: true)
      text += (line.rate > 0 ? Numbers.fixed(line.rate, 1) : "").padded(9, left: true) + "\n"
    }
    return text
  }

  private static func milliseconds(_ seconds: Double) -> String {
    Numbers.fixed(seconds * 1e3, 3) + " ms"
  }
}
