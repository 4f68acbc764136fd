import TFLite

extension Diagnostic {
  init(_ fault: ContainerFault, path: String) {
    let inner = fault.path.isEmpty ? "" : "'\(fault.path.joined(separator: "/"))': "
    let place =
      switch fault.place {
      case .whole: ""
      case .section(let index, nil): "section \(index): "
      case .section(let index, let name?): "section \(index) ('\(name)'): "
      case .byte(let position): "byte \(position): "
      }
    let what = inner + place + Self.sentence(fault.reason)
    self.init(message: "'\(path)' is corrupt or unsupported: \(what)", exitCode: .input)
  }

  init(_ fault: SectionFault, path: String) {
    switch fault {
    case .notContainer(let name):
      self.init(
        message: "'\(path)' is a model, which has no section '\(name)'",
        help: "--section is for containers: .task and .litertlm", exitCode: .usage)
    case .noModel(let kind):
      self.init(
        message: "'\(path)' is a \(kind) without a TensorFlow Lite model", exitCode: .input)
    case .several(let names):
      self.init(
        message: "'\(path)' holds \(names.count) models, and one is needed",
        notes: ["its models: \(names.joined(separator: ", "))"],
        help: "name one: --section \(names[0])", exitCode: .usage)
    case .unknown(let name, let known):
      self.init(
        message: "'\(path)' has no model '\(name)'",
        notes: ["its models: \(known.joined(separator: ", "))"],
        help: "'optimize inspect \(path)' lists all sections", exitCode: .usage)
    }
  }

  private static func sentence(_ reason: ContainerFault.Reason) -> String {
    switch reason {
    case .archive(let problem): sentence(problem)
    case .compressed: "it is compressed, but entries of bundles are stored"
    case .dataDescriptor: "its sizes stand behind its data (a data descriptor)"
    case .differs(let field): "its local header has another \(field) than the directory"
    case .duplicateName(let name): "another one has the name '\(name)' too"
    case .headerEnd(let end): "the header would end at byte \(end)"
    case .header(let failure): sentence(failure)
    case .version(let version): "version \(version) of the format; only version 1 is known"
    case .missing(let field): "it has no \(field)"
    case .sharedBytes: "parts of the header overlap here, so that offsets cannot be changed"
    case .outside(let begin, let end):
      "it would be bytes \(begin) to \(end), which are not in order within the file behind its header"
    case .overlap(let other): "it overlaps section \(other)"
    case .unclaimed: "it belongs to no section and is not padding"
    case .tooDeep(let limit): "containers are nested more than \(limit) deep"
    case .tooLarge(let position):
      "it would end at byte \(position), beyond the archive's 32-bit offsets"
    }
  }

  private static func sentence(_ problem: ZipTailProblem) -> String {
    switch problem {
    case .noEndRecord: "the ZIP has no end record at the end of the file"
    case .zip64: "the ZIP has 64-bit sizes or offsets (ZIP64)"
    case .multipleDisks: "the ZIP is split over several disks"
    case .directoryOutOfBounds: "the ZIP's directory reaches outside the file"
    case .badDirectory: "the ZIP's directory is broken here"
    case .unsupportedMethod: "it is encrypted, or neither stored nor deflated"
    case .badLocalHeader: "no local header of that name and size stands at its offset"
    case .overlap: "its data reach into another entry or the directory"
    }
  }
}
