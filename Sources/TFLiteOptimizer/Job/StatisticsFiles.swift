import Evaluation
import Platform
import TFLite

/// The statistics of `--calibration`.
package enum StatisticsFiles {
  /// Returns the combined statistics of all files; nil without files. `digest` is the SHA-256 of
  /// the model's file, `path` names it in errors.
  package static func statistics(
    _ files: [String], of model: Model, digest: String, path: String
  ) throws -> CalibrationStatistics? {
    var total: CalibrationStatistics?
    for file in files {
      let map = try MappedFile(path: file)
      do throws(CalibrationFault) {
        let found = try StatisticsFile.statistics(in: map.bytes, model: model, digest: digest)
        if total == nil { total = found } else { try total?.merge(found) }
      } catch {
        throw LocatedFault(
          cause: error, path: file,
          notes: error == .otherModel ? ["'\(path)' has the SHA-256 \(digest)"] : [])
      }
    }
    return total
  }
}

extension Diagnostic {
  /// `path` names the file of statistics.
  init(_ fault: CalibrationFault, path: String) {
    switch fault {
    case .otherModel:
      self.init(
        message: "'\(path)' has statistics of another model",
        help: "make them anew: optimize calibrate MODEL --rep-data DIR -o \(path)",
        exitCode: .input)
    case .unreadable(let what):
      self.init(message: "'\(path)' cannot be used as statistics: \(what)", exitCode: .input)
    }
  }
}
