import TFLite

extension SampleFault {
  /// What is wrong and where, in the user's words.
  package var message: String {
    switch self {
    case .unreadable(let error): "'\(error.path)' \(error.action): \(error.reason)"
    case .noSamples(let path, _): "'\(path)' has no samples"
    case .mixedFolder(let path, _, _): "'\(path)' has files and folders; samples are either"
    case .tooDeep(let path): "'\(path)' is a folder where only files of samples can be"
    case .unsupportedKind(let path): "'\(path)': samples of this kind are not supported"
    case .noArrays(let path): "'\(path)' is neither npy nor npz"
    case .badArray(let source, let problem): "'\(source)' \(problem.text)"
    case .badArchive(let source, let problem): "'\(source)' \(problem.text)"
    case .badMedia(let source, let problem): "'\(source)' \(problem.text)"
    case .noArray(let name, let path, _): "'\(path)' has no array '\(name)'"
    case .modelWithoutInputs: "the model has no inputs that samples could be for"
    case .missingInput(let input, let source, _): "'\(source)' has nothing for input '\(input)'"
    case .oneForSeveral(let source, let inputs):
      "'\(source)' holds one array, but the model has \(inputs.count) inputs"
    case .unevenCounts: "the inputs have different numbers of samples"
    case .wrongShape(let input, let source, let found):
      "input '\(input.name)' takes \(input.text), but '\(source)' has shape \(Self.text(found))"
    case .wrongType(let input, let source, let found):
      "input '\(input.name)' takes \(input.text), but '\(source)' has \(found)"
    case .inexact(let input, let source, _, let position, let value):
      "input '\(input.name)' takes \(input.type), which cannot hold \(value), "
        + "element \(position) of '\(source)'"
    case .notFinite(let input, let source, let position):
      "the sample '\(source)' for input '\(input)' has NaN or infinity at element \(position)"
    case .unfit(let input, let source, let why):
      "'\(source)' cannot be for input '\(input.name)' (\(input.text)): \(why)"
    case .wrongByteCount(let input, let source, let expected?, let found):
      "input '\(input.name)' takes \(input.text), \(expected) bytes, "
        + "but '\(source)' has \(found) bytes"
    case .wrongByteCount(let input, let source, nil, _):
      "input '\(input.name)' takes \(input.text), which '\(source)' cannot hold as mere bytes"
    case .noSample(let index, let count): "there is no sample \(index) of \(count)"
    case .unwritableType(let type): "npy has no type for \(type)"
    case .badText: "a string tensor is not packed as the runtime does"
    }
  }

  /// Facts that help, such as what there is instead.
  package var notes: [String] {
    switch self {
    case .noSamples(_, let skipped) where !skipped.isEmpty:
      ["not samples: \(Self.list(skipped))"]
    case .mixedFolder(_, let file, let folder): ["such as '\(file)' and '\(folder)'"]
    case .unsupportedKind:
      ["images are read as PNG, JPEG, BMP, PPM, sound as WAV, arrays as npy, npz, CSV"]
    case .noArray(_, _, let names): ["it has: \(Self.list(names))"]
    case .missingInput(_, _, let names):
      [
        "it has: \(Self.list(names))",
        "inputs are found by name, or by position where there is one for each input",
      ]
    case .oneForSeveral(_, let inputs): ["the inputs are: \(Self.list(inputs))"]
    case .unevenCounts(let counts):
      counts.map { "input '\($0.input)': \($0.count) in '\($0.source)'" }
    case .wrongShape(let input, let source, let found):
      Self.batchNote(input, found)
        + (ArrayPath(source).array == nil
          ? [] : ["arrays are found by name, then by position; FILE.npz:ARRAY picks another"])
    case .inexact(_, _, let found, _, _):
      ["its type is \(found); values are cast only where that loses nothing"]
    case .wrongByteCount: ["a file that is neither npy nor npz is read as a tensor's bytes"]
    default: []
    }
  }

  private static func batchNote(_ input: SampleInput, _ found: [Int]) -> [String] {
    input.batchCount(of: found).map {
      ["it looks like a batch of \($0) samples, which must be one file, not in a folder"]
    } ?? []
  }

  /// A shape for people: "[?, 224, 224, 3]".
  package static func text(_ shape: [Int]) -> String {
    "[\(shape.map { $0 < 0 ? "?" : "\($0)" }.joined(separator: ", "))]"
  }

  private static func list(_ names: [String]) -> String {
    let more = names.count > 8 ? [", … (\(names.count))"] : []
    return names.isEmpty
      ? "nothing" : names.prefix(8).map { "'\($0)'" }.joined(separator: ", ") + more.joined()
  }
}

extension SampleInput {
  fileprivate var text: String { "\(type) \(SampleFault.text(sizes))" }
}
