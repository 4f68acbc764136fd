import Platform
import TFLite

/// The reason why samples cannot be used. A `source` is a file, `FILE.npz:ARRAY`, or either with
/// `[INDEX]` for a sample of a batch.
package enum SampleFault: Error, Equatable, Sendable {
  // MARK: Files

  case unreadable(SystemError)
  /// A folder without samples, or an empty batch; `skipped` names the other files in the folder.
  case noSamples(path: String, skipped: [String])
  /// Some samples as files and some as folders; one of each is named.
  case mixedFolder(path: String, file: String, folder: String)
  /// A folder deeper than the folders that may have samples.
  case tooDeep(path: String)
  /// An image, sound, video or archive that is not read; nil for one that no program is known for.
  case unsupportedKind(path: String, ForeignFormat? = nil)
  /// Neither npy nor npz. Raw bytes would need a model that gives their type.
  case noArrays(path: String)
  case badArray(source: String, NpyProblem)
  case badArchive(source: String, ZipProblem)
  case badMedia(source: String, MediaProblem)
  case noArray(String, path: String, names: [String])

  // MARK: Inputs

  case modelWithoutInputs
  /// No file, folder or array of `source` is for this input.
  case missingInput(String, source: String, names: [String])
  /// One array, or one file of bytes, for a model with several inputs.
  case oneForSeveral(source: String, inputs: [String])
  /// Inputs with different numbers of samples.
  case unevenCounts([Count])
  case wrongShape(SampleInput, source: String, found: [Int])
  case wrongType(SampleInput, source: String, found: TensorType)
  /// A value that the input's type cannot hold.
  case inexact(
    SampleInput, source: String, found: TensorType, position: Int, value: String)
  /// NaN or infinity at an element, counted in row-major order.
  case notFinite(input: String, source: String, position: Int)
  /// An image or sound that the input cannot take.
  case unfit(SampleInput, source: String, why: Unfit)
  /// Raw bytes, not as many as the input has; `expected` is nil for strings.
  case wrongByteCount(SampleInput, source: String, expected: Int?, found: Int)
  case noSample(index: Int, count: Int)
  /// The faults of the bad samples of `source`, at least one and not more than a thousand. `bad` counts
  /// all bad samples, `count` all samples.
  indirect case bad([SampleFault], bad: Int, source: String, count: Int)

  // MARK: Writing

  /// A type that numpy does not have.
  case unwritableType(TensorType)
  /// A type whose elements have no text.
  case unwritableText(TensorType)
  /// A string tensor that is not packed as the runtime does.
  case badText

  /// Whether real values were found for an integer input that stands for real values.
  package var isOfReals: Bool {
    guard case .inexact(let input, _, let found, _, _) = self else { return false }
    return input.encoding != nil && [.float16, .float32, .float64].contains(found)
  }

  /// The number of samples of an input.
  package struct Count: Equatable, Sendable {
    package var input: String
    package var source: String
    package var count: Int

    package init(input: String, source: String, count: Int) {
      self.input = input
      self.source = source
      self.count = count
    }
  }
}
