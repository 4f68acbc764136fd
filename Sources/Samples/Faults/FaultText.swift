import TFLite

extension SampleFault {
  /// The problem and its place, in the user's words.
  package var message: String {
    switch self {
    case .unreadable(let error): "'\(error.path)' \(error.action.failureText): \(error.reason)"
    case .noSamples(let path, _): "'\(path)' has no samples"
    case .mixedFolder(let path, _, _):
      "'\(path)' has both files and folders: samples must be all files or all folders"
    case .tooDeep(let path): "'\(path)' is a folder where only sample files can be"
    case .unsupportedKind(let path, let format?): "'\(path)' is \(format.name), which is not read"
    case .unsupportedKind(let path, nil): "'\(path)' is not a supported kind of sample"
    case .noArrays(let path): "'\(path)' is neither npy nor npz"
    case .badArray(let source, let problem): "'\(source)' \(problem.text)"
    case .badArchive(let source, let problem): "'\(source)' \(problem.text)"
    case .badMedia(let source, let problem): "'\(source)' \(problem.text)"
    case .noArray(let name, let path, _): "'\(path)' has no array '\(name)'"
    case .modelWithoutInputs: "the model has no inputs, so it takes no samples"
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
        + "which is element \(position) of '\(source)'"
    case .notFinite(let input, let source, let position):
      "the sample '\(source)' for input '\(input)' has NaN or infinity at element \(position)"
    case .unfit(let input, let source, let why):
      "'\(source)' does not fit input '\(input.name)' (\(input.text)): \(why.text)"
    case .wrongByteCount(let input, let source, let expected?, let found):
      "input '\(input.name)' takes \(input.text), \(expected) bytes, "
        + "but '\(source)' has \(found) bytes"
    case .wrongByteCount(let input, let source, nil, _):
      "input '\(input.name)' takes \(input.text), which raw bytes such as '\(source)' cannot hold"
    case .bad(let faults, let bad, let source, let count):
      bad == 1
        ? faults[0].message : "\(bad) of \(count) samples of '\(source)' cannot be used"
    case .noSample(let index, let count): "sample \(index) does not exist: there are \(count)"
    case .unwritableType(let type): "npy has no type for \(type)"
    case .unwritableText(let type): "there is no text for \(type)"
    case .badText: "a string tensor is not packed in the runtime's format"
    }
  }

  /// Facts that help, such as what there is instead.
  package var notes: [String] {
    switch self {
    case .noSamples(_, let skipped) where !skipped.isEmpty:
      ["not samples: \(Self.list(skipped))"]
    case .mixedFolder(_, let file, let folder): ["such as '\(file)' and '\(folder)'"]
    case .unsupportedKind:
      ["supported are PNG, JPEG, BMP and PPM images, WAV sound, and npy, npz and CSV arrays"]
    case .bad(let faults, let bad, _, _):
      bad == 1
        ? faults[0].notes
        : faults.prefix(Self.mostListed).map(\.message)
          + (bad > Self.mostListed ? ["and \(bad - Self.mostListed) more"] : [])
    case .noArray(_, _, let names): ["it has: \(Self.list(names))"]
    case .missingInput(_, _, let names):
      [
        "it has: \(Self.list(names))",
        "inputs are matched by name, or by position if there is one for each input",
      ]
    case .oneForSeveral(_, let inputs): ["the inputs are: \(Self.list(inputs))"]
    case .unevenCounts(let counts):
      counts.map { "input '\($0.input)': \($0.count) in '\($0.source)'" }
    case .wrongShape(let input, let source, let found):
      Self.batchNote(input, found)
        + (ArrayPath(source).array == nil
          ? [] : ["arrays are matched by name, then by position; FILE.npz:ARRAY picks another"])
    case .inexact(_, _, let found, _, _):
      ["its type is \(found); values are cast only where that loses nothing"]
    case .wrongByteCount: ["a file that is neither npy nor npz is read as a tensor's bytes"]
    default: []
    }
  }

  /// The next command, if there is one.
  package var help: String? {
    switch self {
    case .unsupportedKind(let path, let format?): format.command(for: path)
    case .badMedia(let path, let problem): problem.command(for: path)
    case .bad(let faults, _, _, _):
      faults.lazy.compactMap(\.help).first.map { "\($0), or --skip-bad to leave such samples out" }
        ?? "--skip-bad leaves such samples out"
    default: nil
    }
  }

  /// The most bad samples that are listed.
  package static let mostListed = 10

  private static func batchNote(_ input: SampleInput, _ found: [Int]) -> [String] {
    input.batchCount(of: found).map {
      ["it looks like a batch of \($0) samples: pass the file itself, not its folder"]
    } ?? []
  }

  /// Returns a shape for people: "[?, 224, 224, 3]".
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

extension NpyProblem {
  /// A predicate for a file or array whose name stands before it.
  fileprivate var text: String {
    switch self {
    case .notNpy: "is not an npy array: it does not begin with \"\\u{93}NUMPY\""
    case .unknownVersion(let version): "has npy version \(version); 1, 2 and 3 are supported"
    case .headerCutOff: "is cut off in its npy header"
    case .badHeader: "has an npy header that is not in numpy's form"
    case .objects: "holds Python objects; save it with a numeric type"
    case .structured: "holds records of several fields; save each field as an array"
    case .unsupportedType(let type): "has elements of numpy type '\(type)', which no tensor has"
    case .tooLarge(let shape):
      "has shape \(SampleFault.text(shape)) in its header, more elements than can be"
    case .dataCutOff(let expected, let found):
      "is cut off: its header promises \(expected) bytes of elements, \(found) follow"
    case .badText(let element): "has text that is not Unicode in element \(element)"
    }
  }
}

extension ZipProblem {
  /// A predicate for an array whose name stands before it.
  fileprivate var text: String {
    switch self {
    case .noDirectory: "is not an npz archive, or it is cut off: it has no directory at its end"
    case .badDirectory: "is corrupt: its ZIP directory is broken"
    case .badMember: "is corrupt: its data are not where the ZIP directory says"
    case .encrypted: "is encrypted"
    case .unsupportedMethod(let method):
      "is compressed by ZIP method \(method); only stored and deflated arrays are supported"
    case .badDeflate(.outputLimit): "is corrupt: it is longer than the ZIP directory says"
    case .badDeflate: "is corrupt: its compressed data are broken"
    case .wrongSize(let expected, let found):
      "is corrupt: it has \(found) bytes, the ZIP directory says \(expected)"
    case .wrongChecksum: "is corrupt: its checksum is wrong"
    case .noRoom(let error): "cannot be decompressed to a file in '\(error.path)': \(error.reason)"
    }
  }
}

extension MediaProblem {
  /// Returns the command that converts a file of a kind that is not read; nil for broken files.
  fileprivate func command(for path: String) -> String? {
    guard case .unsupported = reason, format != .csv else { return nil }
    return ForeignFormat.command(forRare: path, isSound: format == .wav)
  }

  /// A predicate for a file whose name stands before it.
  var text: String {
    switch reason {
    case .otherFormat: "is not a \(format.rawValue): it does not begin like one"
    case .cutOff(let what): "is cut off: the \(format.rawValue) ends in \(what) (byte \(offset))"
    case .corrupt(let what): "is corrupt: \(what) (byte \(offset))"
    case .unsupported(let what): "is a \(format.rawValue) with \(what), which is not supported"
    case .tooLarge(let width, let height):
      "is a \(format.rawValue) of \(width) × \(height) pixels, more than are supported"
    }
  }
}

extension Unfit {
  fileprivate var text: String {
    switch self {
    case .severalImages(let count): "the input takes \(count) images at once"
    case .axes(let count): "the input has \(count) axes, images need two to four"
    case .channels(let count): "the input has \(count) channels, images have 1, 3 or 4"
    case .otherChannels(let count, let color):
      "the input has \(count) channels, not those of \(color?.rawValue ?? "an image")"
    case .empty: "the input has no elements"
    case .otherSize(let values, let width, let height, let channels):
      "the input has no rows and columns to resize to; an image must have "
        + "\(values) values, this one has \(width) × \(height) × \(channels)"
    case .pixels(let type): "pixels cannot be \(type)"
    case .numbers(let mean, let std, let channels):
      "mean and std have \(mean) and \(std) values for \(channels) channels"
    case .noTimeAxis: "the input has no single axis for time"
    case .sound(let type): "sound cannot be \(type)"
    case .rate(let found, let asked):
      "the sound has \(found) values a second, which cannot be resampled to \(asked)"
    }
  }
}
