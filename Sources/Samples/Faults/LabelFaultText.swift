extension LabelFault {
  package var message: String {
    let mismatch = "labels do not match: "
    return switch self {
    case .noFolders(let path):
      mismatch + "the samples of '\(path)' are not in a folder for each class"
    case .wrongCount(let source, let found, let samples):
      mismatch + "'\(source)' has \(found) labels for \(samples) samples"
    case .missing(let names, let source):
      mismatch + "'\(source)' has no label for "
        + (names.count == 1 ? "" : "\(names.count) samples, such as ") + "'\(names.first ?? "")'"
    case .twice(let name, let source): mismatch + "'\(source)' has two labels for '\(name)'"
    case .unknownNames(let unknown, let source, let names, _):
      mismatch
        + (unknown.count == 1
          ? "'\(unknown[0])' of '\(source)' is"
          : "\(unknown.count) names of '\(source)', such as '\(unknown.first ?? "")', are")
        + " not among the class names of '\(names)'"
    case .namesNeeded(let name, let source):
      mismatch + "'\(name)' of '\(source)' is a class name, but there is no list of class names"
    case .badValue(let text, let source, let position):
      mismatch + "label \(position) of '\(source)' is \(text), not a class number"
    case .noNames(let source): "'\(source)' has no class names"
    case .repeatedName(let name, let source): "'\(source)' names '\(name)' twice"
    case .folderCount(let path, let folders, let classes):
      mismatch + "'\(path)' has \(folders.count) \(folders.count == 1 ? "folder" : "folders") "
        + "for the \(classes) classes of the model, and nothing says which class each is"
    case .wrongNames(let source, let names, let classes):
      mismatch + "'\(source)' has \(names) class names, but the model has \(classes) classes"
    case .beyondClasses(let label, let sample, let classes, _):
      mismatch + "the sample '\(sample)' is of class \(label), but the model has \(classes) "
        + "classes, from 0 to \(classes - 1)"
    case .unreadable(let fault): fault.message
    }
  }

  package var notes: [String] {
    switch self {
    case .unknownNames(let unknown, _, _, let similar):
      (unknown.count == 1 ? [] : ["unknown: \(Self.list(unknown))"])
        + (similar.isEmpty
          ? [] : ["similar\(unknown.count == 1 ? "" : " to the first"): \(Self.list(similar))"])
    case .folderCount(_, let folders, let classes):
      ["sorted, they would be \(LabelFolder.text(folders))"]
        + Self.background(folders.count, classes, "folders")
    case .wrongNames(_, let names, let classes): Self.background(names, classes, "names")
    case .beyondClasses(_, _, let classes, let beyond?):
      [
        "\(beyond.count) of \(beyond.samples) labels are beyond the classes; labels go from "
          + "\(beyond.range.lowerBound) to \(beyond.range.upperBound)"
      ]
        + (beyond.range.lowerBound > 0 && beyond.range.upperBound == classes
          ? ["they seem to count from 1; the model's classes count from 0"] : [])
    case .unreadable(let fault): fault.notes
    default: []
    }
  }

  /// The next command, if there is one.
  package var help: String? {
    switch self {
    case .namesNeeded: "pass the names, one a line in the order of the classes: --label-names FILE"
    case .noFolders: "name a file of labels: --labels FILE"
    case .folderCount:
      "pass the names of all classes, one a line in the model's order, with --label-names FILE, or "
        + "name the folders by class numbers"
    case .wrongNames(_, let names, let classes):
      "pass one name a line for each class with --label-names FILE"
        + (names < classes
          ? "; lines with the class number first, such as '281 cat', need not be complete" : "")
    case .unknownNames:
      "a label is a name of the list or a class number; --label-names FILE gives another list, one "
        + "name a line"
    default: nil
    }
  }

  /// Returns a note on lists with one class more or less than the model.
  private static func background(_ count: Int, _ classes: Int, _ what: String) -> [String] {
    switch count - classes {
    case -1: ["class 0 of the model may be the background, which the \(what) do not have"]
    case 1: ["the \(what) may have a background, which the model does not have"]
    default: []
    }
  }

  private static func list(_ names: [String]) -> String {
    let more = names.count > 8 ? [", … (\(names.count))"] : []
    return names.prefix(8).map { "'\($0)'" }.joined(separator: ", ") + more.joined()
  }
}
