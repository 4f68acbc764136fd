import Compression
import Optimizer
import Pipelines
import Platform
import Report
import TFLite

/// Runs a job on models of a container and writes the container anew around the results.
///
/// Each model is run and judged as if it were a file of its own; limits of sizes hold for the container.
package struct ContainerRun {
  /// What became of a model.
  package struct Member {
    package let model: Container.Model
    /// Nil if the model was not touched.
    package let result: JobResult?
    /// Why the model was not touched.
    package let untouched: String?

    /// Whether the container gets another model in its place.
    package var isChanged: Bool {
      guard let result, result.outcome.isChanged else { return false }
      if case .larger = result.verdict { return false }
      return true
    }
  }

  private let job: JobRun
  private let container: Container
  private let models: [Container.Model]
  /// How models are read.
  private let dropsUnknown: Bool

  /// `job.input` is the container's path.
  package init(
    _ job: JobRun, on container: Container, _ models: [Container.Model], dropsUnknown: Bool
  ) {
    self.job = job
    self.container = container
    self.models = models
    self.dropsUnknown = dropsUnknown
  }

  /// Runs the job on each model, tells what became of it, and writes the container if it may be kept.
  package func run(
    to target: JobRun.Target, tell: (Member) throws -> Void
  ) throws -> ContainerResult {
    let files = try models.map { model in try open(model) }
    try checkSelection(of: files)
    var members: [Member] = []
    for (model, file) in zip(models, files) {
      let member = try member(model, file, target)
      try tell(member)
      members.append(member)
    }
    var result = ContainerResult(document: document(members), members: members, verdict: .done)
    if members.contains(where: { $0.result?.verdict == .gatesFailed }), !job.policy.keepsFailed {
      result.verdict = .gatesFailed
    } else if members.contains(where: \.isChanged) {
      try write(&result, target)
    } else if job.policy.allowsUnchanged {
      try copy(&result, target)
    } else {
      result.verdict = .unchanged
      judge(&result.document, size: container.file.bytes.count, of: container.file)
    }
    return result
  }

  // MARK: Models

  private func open(_ model: Container.Model) throws -> ModelFile {
    do throws(ModelFault) {
      return try ModelFile(
        model.file, dropsUnknown: dropsUnknown, maxMemory: job.options.maxMemory)
    } catch {
      throw LocatedFault(cause: error, path: model.file.path)
    }
  }

  /// A rule must match something in one of the models.
  private func checkSelection(of files: [ModelFile]) throws(UsageFault) {
    let everywhere = job.unmatchedRules(in: files[0]).first { rule in
      files.allSatisfy { job.unmatchedRules(in: $0).contains(rule) }
    }
    if let rule = everywhere { throw job.unmatched(rule) }
  }

  private func member(
    _ model: Container.Model, _ file: ModelFile, _ target: JobRun.Target
  ) throws -> Member {
    if file.model.hasExternalWeights {
      guard models.count > 1 else { throw ExternalWeights(path: model.file.path) }
      return Member(model: model, result: nil, untouched: ExternalWeights.words)
    }
    var job = job
    job.input = model.file.path
    job.policy.allowsUnmatchedRules = true
    job.gates.maxSize = nil
    job.gates.maxDownload = nil
    let place = JobRun.Target(
      path: "\(target.path):\(model.name)", isWritten: false, isReplacing: false)
    // Else the pages of all models would be in memory at the end.
    defer { model.file.release(0..<model.file.bytes.count) }
    do {
      return Member(model: model, result: try job.run(on: file, to: place), untouched: nil)
    } catch {
      let isNamed = Diagnostic(error, path: model.file.path).message.holds(model.file.path)
      throw LocatedFault(
        cause: error, path: model.file.path,
        notes: isNamed ? [] : ["it happened with the model '\(model.file.path)'"])
    }
  }

  // MARK: Container

  private func document(_ members: [Member]) -> ContainerDocument {
    ContainerDocument(
      toolVersion: Tool.version, command: job.command, kind: container.kind,
      input: .init(path: job.input, bytes: container.file.bytes.count),
      changed: members.count(where: \.isChanged), models: container.models.count,
      sections: container.allSections)
  }

  private func write(_ result: inout ContainerResult, _ target: JobRun.Target) throws {
    var writers: [[Int]: ModelWriter] = [:]
    for member in result.members where member.isChanged {
      writers[member.model.path] = member.result?.outcome.writer
    }
    let threads = job.options.threads
    let writer = try ContainerWriter(container, writers, threads: threads)
    let size = container.file.bytes.count
    let isForTarget = result.members.contains { $0.result?.outcome.isForTarget == true }
    if writer.count > size, !job.policy.allowsLarger, !isForTarget {
      result.verdict = .larger(from: size, to: writer.count)
      self.judge(&result.document, size: size, of: container.file)
      return
    }
    result.document.output = .init(path: target.path, bytes: writer.count)
    var document = result.document
    func judge(_ path: String) throws -> Bool {
      self.judge(&document, size: writer.count, of: try MappedFile(path: path))
      return document.gates.allSatisfy(\.passed) || job.policy.keepsFailed
    }
    let isStream = target.path == "-" || FileSystem.isSpecial(target.path)
    if target.isWritten, !isStream {
      try Emission.write(
        writer, to: target.path, replacing: target.isReplacing, threads: threads, judge: judge)
    } else if target.isWritten || job.gates.maxDownload != nil || job.policy.measuresAll {
      // A stream cannot be read back.
      try TemporaryFiles.withScratchFile { scratch in
        try Emission.write(writer, to: scratch, replacing: true, threads: threads) { _ in true }
        guard try judge(scratch), target.isWritten else { return }
        try Emission.copy(MappedFile(path: scratch), to: target.path, replacing: true)
      }
    } else {
      self.judge(&document, size: writer.count, of: nil)
    }
    result.document = document
    if !document.gates.allSatisfy(\.passed) { result.verdict = .gatesFailed }
    let hasFailed = result.members.contains { $0.result?.verdict == .gatesFailed }
    if hasFailed { result.verdict = .gatesFailed }
  }

  private func copy(_ result: inout ContainerResult, _ target: JobRun.Target) throws {
    result.document.output = .init(path: target.path, bytes: container.file.bytes.count)
    judge(&result.document, size: container.file.bytes.count, of: container.file)
    guard result.document.gates.allSatisfy(\.passed) || job.policy.keepsFailed else {
      result.verdict = .gatesFailed
      return
    }
    guard target.isWritten else { return }
    try Emission.copy(container.file, to: target.path, replacing: target.isReplacing)
  }

  /// Adds the container's own gates and, if wanted, digests. `file` is the result, if it is there.
  private func judge(_ document: inout ContainerDocument, size: Int, of file: MappedFile?) {
    if let limit = job.gates.maxSize { document.gates.append(.atMost("max-size", limit, size)) }
    guard let file else { return }
    if let limit = job.gates.maxDownload {
      let measurement = Measurement(level: 6, threads: job.options.threads)
      document.gates.append(.atMost("max-download", limit, measurement.download(file)))
    }
    guard job.policy.measuresAll else { return }
    document.input.sha256 = Measurement.sha256(container.file)
    document.output?.sha256 = Measurement.sha256(file)
  }
}

/// The result of a job on a container.
package struct ContainerResult {
  package var document: ContainerDocument
  package let members: [ContainerRun.Member]
  package internal(set) var verdict: JobResult.Verdict
}

/// A model's weights are not in it.
struct ExternalWeights: Error {
  static let words = "its weights are in another section, which this version does not change"
  let path: String
}

extension Model {
  fileprivate var hasExternalWeights: Bool {
    subgraphs.contains { $0.tensors.contains { $0.externalBuffer != 0 } }
  }
}

extension Container {
  /// The number of sections, those of containers inside counted in their place.
  fileprivate var allSections: Int {
    sections.reduce(0) { count, section in
      if case .container(let inner) = section.content { return count + inner.allSections }
      return count + 1
    }
  }
}
