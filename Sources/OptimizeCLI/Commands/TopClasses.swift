import Interpreter
import JSON
import Report
import Samples
import TFLite
import TFLiteOptimizer

/// The classes of the greatest values of a model's output, with their names.
struct TopClasses {
  private struct Entry {
    let index: Int
    let score: Float
    let name: String?
  }

  private let output: String
  private let count: Int
  private let entries: [Entry]
  /// Warnings about a list of names that cannot be this output's.
  private(set) var warnings: [String] = []

  /// Takes the first output with a value for each class. `path` is a file with the names of its
  /// classes; without one the model's own list is used if it fits.
  init(_ most: Int, of interpreter: Interpreter, in file: ModelFile, names path: String?) throws {
    let rows = interpreter.outputs.indices.lazy.compactMap { index in
      let value = interpreter.outputValue(index)
      return ClassTally.Row(value.reals, shape: value.shape).map { (index, $0) }
    }
    guard let (index, row) = rows.first(where: { $1.hasClasses }) else {
      throw ClassTally.noClasses
    }
    let (values, port) = (row.values, interpreter.outputs[index])
    (output, count) = (port.label, values.count)
    var names = try path.map(LabelNames.init(path:))
    try names?.check(against: count)
    if path == nil, let own = LabelNames(in: file, output: index) {
      if own.fits(count) {
        names = own
      } else {
        warnings = [
          "the model's list '\(own.source)' has \(own.names.count) names for \(count) classes; it "
            + "is not used"
        ]
      }
    }
    // NaN comes last; of equal values the first, as in an argmax.
    func key(_ index: Int) -> Float { values[index].isNaN ? -.infinity : values[index] }
    let order = values.indices.sorted { key($0) > key($1) || key($0) == key($1) && $0 < $1 }
    entries = order.prefix(most).map { index in
      let name = names.flatMap { $0.names.indices.contains(index) ? $0.names[index] : nil }
      return Entry(index: index, score: values[index], name: name.flatMap { $0.isEmpty ? nil : $0 })
    }
  }

  /// A line for each class, under a heading.
  var text: String { ReadableText.lines(lines) }

  private var lines: [String] {
    let columns = [\Entry.index.description, \Entry.score.description].map { path in
      entries.map { $0[keyPath: path] }
    }
    let widths = columns.map { $0.map(\.utf8.count).max() ?? 0 }
    let head = "'\(output)': the \(entries.count) greatest of \(count) values"
    return [head]
      + entries.indices.map { place in
        let (index, score) = (columns[0][place], columns[1][place])
        let rank = Self.padded("\(place + 1)", to: "\(entries.count)".utf8.count, isNumber: true)
        let name = entries[place].name
        return "  \(rank)  class \(Self.padded(index, to: widths[0], isNumber: true))  "
          + (name.map { "\(Self.padded(score, to: widths[1], isNumber: false))  \($0)" } ?? score)
      }
  }

  var csv: String {
    "rank,class,score,name\n"
      + entries.enumerated().map { place, entry in
        "\(place + 1),\(entry.index),\(entry.score),\(OutputText.field(entry.name ?? ""))\n"
      }.joined()
  }

  var json: JSONValue {
    .object([
      "output": .string(output), "classes": .integer(count),
      "entries": .array(
        entries.map { entry in
          .object([
            "class": .integer(entry.index), "score": OutputText.json(entry.score.description),
            "name": entry.name.map(JSONValue.string),
          ])
        }),
    ])
  }

  private static func padded(_ text: String, to width: Int, isNumber: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.utf8.count))
    return isNumber ? space + text : text + space
  }
}
