import JSON
import TFLite

/// Calibration statistics as a JSON file, which is bound to its model by the digest of the model's
/// file.
///
/// The same statistics give the same bytes, and reading returns exactly what was written.
/// Histograms are stored as runs of bins that are not empty: the start of a run, then its counts.
package enum StatisticsFile {
  package static let schemaVersion = 1
  package static let kind = "calibration statistics"

  /// `digest` is the SHA-256 of the model's file in hexadecimal.
  package static func text(
    of statistics: CalibrationStatistics, model: Model, digest: String, toolVersion: String
  ) -> String {
    let tensors = statistics.tensors.sorted { $0.key < $1.key }
    let products = statistics.products.sorted { $0.key < $1.key }
    let root = JSONValue.object([
      ("schemaVersion", .integer(schemaVersion)), ("kind", .string(kind)),
      (
        "tool",
        .object([("name", .string("optimize")), ("version", .string(toolVersion))])
      ),
      ("model", .object([("sha256", .string(digest))])),
      ("samples", .integer(statistics.samples)),
      ("tensors", .array(tensors.map { json(of: $0.value, $0.key, model) })),
      ("products", .array(products.map { json(of: $0.value, $0.key) })),
    ])
    return root.text(levels: 2) + "\n"
  }

  private static func json(
    of tensor: TensorStatistics, _ id: TensorID, _ model: Model
  ) -> JSONValue {
    let place: [(key: String, value: JSONValue)] = [
      ("subgraph", .integer(id.subgraph)), ("index", .integer(id.index)),
      ("name", .string(model[id].label)), ("notFinite", JSONValue(tensor.notFinite)),
    ]
    let histogram = tensor.histogram
    guard !histogram.isEmpty else { return .object(place) }
    return .object(
      place + [
        ("least", number(histogram.least)), ("greatest", number(histogram.greatest)),
        ("zeros", JSONValue(histogram.zeros)), ("exponent", .integer(histogram.exponent)),
        ("first", .integer(histogram.first)), ("counts", .array(runs(histogram.counts))),
      ])
  }

  /// Every float32 is a double. Which zero was seen first depends on the order of the samples.
  private static func number(_ value: Float) -> JSONValue {
    .number(value == 0 ? 0 : Double(value))
  }

  private static func runs(_ counts: [UInt64]) -> [JSONValue] {
    var runs: [JSONValue] = []
    var run: [JSONValue] = []
    for (bin, count) in counts.enumerated() {
      if count > 0 {
        if run.isEmpty { run.append(.integer(bin)) }
        run.append(JSONValue(count))
      } else if !run.isEmpty {
        runs.append(.array(run))
        run = []
      }
    }
    return run.isEmpty ? runs : runs + [.array(run)]
  }

  private static func json(
    of product: CalibrationStatistics.Product, _ id: TensorID
  ) -> JSONValue {
    .object([
      ("subgraph", .integer(id.subgraph)), ("output", .integer(id.index)),
      ("positions", .integer(product.positions)),
      ("sums", .array(product.sums.flatMap { [.integer(Int($0.high)), JSONValue($0.low)] })),
    ])
  }
}
