import OpSet

/// A limit that a result must respect to be accepted. Of several outputs the worst counts.
public enum OptimizationGate: Equatable, Sendable {
  /// Bytes of the file.
  case maxSize(Int)
  /// Bytes of the whole file under deflate.
  case maxDownload(Int)
  /// The version of the runtime that the result may need, such as "2.14.0".
  case maxRuntime(String)
  /// The share of zeros in the weights that were pruned, from 0 to 1.
  case minSparsity(Double)
  /// The error of an output relative to its size (L2). This gate and all below need samples.
  case maxError(Double)
  /// The signal to noise ratio of an output, in decibels.
  case minSignal(Double)
  /// The percentage of rows whose greatest value is at the same place.
  case minAgreement(Double)
  /// Percentage points of top-1 accuracy that may be lost. Needs labels.
  case maxDrop(Double)

  /// The name of the gate in the report; nil for gates that need no samples.
  fileprivate var qualityName: String? {
    switch self {
    case .maxSize, .maxDownload, .maxRuntime, .minSparsity: nil
    case .maxError: "max-error"
    case .minSignal: "min-sqnr"
    case .minAgreement: "min-agreement"
    case .maxDrop: "max-drop"
    }
  }
}

extension JobGates {
  /// Takes the last gate of each kind.
  init(_ gates: [OptimizationGate], _ samples: SampleData?) throws(UsageFault) {
    self.init()
    for gate in gates {
      if let name = gate.qualityName, samples == nil { throw SampleRequest.missingSamples(name) }
      switch gate {
      case .maxSize(let bytes): maxSize = bytes
      case .maxDownload(let bytes): maxDownload = bytes
      case .maxRuntime(let text): maxRuntime = try Self.runtime(text)
      case .minSparsity(let share): minSparsity = share
      case .maxError(let error): quality.maxError = .init(error)
      case .minSignal(let decibels): quality.minSqnr = .init(decibels)
      case .minAgreement(let percentage): quality.minAgreement = .init(percentage)
      case .maxDrop(let points):
        guard samples?.request.labels != nil else {
          throw UsageFault("max-drop needs labels", help: "give the samples labels")
        }
        quality.maxDrop = .init(points)
      }
    }
  }

  /// Returns the version that a text names.
  package static func runtime(_ text: String) throws(UsageFault) -> RuntimeVersion {
    guard let version = RuntimeVersion(text) ?? RuntimeVersion(text + ".0") else {
      throw UsageFault("'\(text)' is not a runtime version", help: "such as 2.14.0 or 2.14")
    }
    return version
  }
}
