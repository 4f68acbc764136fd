import OpSet
import TFLite

/// Writes the versions that changed operators need, both operator-code fields, and the least runtime
/// release (`min_runtime_version`) where the model states it.
///
/// Operators of a kind share one code with the greatest version, as in the converter. Only
/// operators with sparse weights have a code of their own, because its version tells XNNPACK to
/// leave them alone. Never lowers another version that the input states, unless the runtime that was
/// asked for does not have it.
package struct UpdateVersions: Pass {
  package static let name = "versions"
  package static let summary = "write operator versions and the least runtime release"

  package init() {}

  package func run(on model: inout Model, in job: inout Job) throws {
    let kinds = job.log.touchedKinds.union(
      model.operatorCodes.filter {
        job.options.refusal(of: $0.kind, version: $0.version) != nil
      }.map(\.kind))
    for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) {
      updateVersions(of: kind, &model, job.options)
    }
    for index in model.operatorCodes.indices {
      model.operatorCodes[index].kind = model.operatorCodes[index].kind
    }
    model.updateLeastRuntime()
  }

  private func updateVersions(
    of kind: BuiltinOperator, _ model: inout Model, _ options: RunOptions
  ) {
    guard let spec = OpSet.spec(for: kind) else { return }
    var shared: Int32 = 1
    var sparse: Set<OperatorPlace> = []
    let sparseVersion = spec.sparse?.version
    model.forEachOperator(of: kind) { place, entry, subgraph in
      let signature = OperatorSignature(entry, in: subgraph, of: model)
      let version = spec.version(for: signature)
      if version == sparseVersion {
        sparse.insert(place)
        return
      }
      let stated = model.operatorCodes[Int(entry.opcodeIndex)].version
      let isKept = stated != sparseVersion && options.refusal(of: kind, version: stated) == nil
      shared = max(shared, version, isKept ? stated : 1)
    }
    var places: [OperatorPlace] = []
    model.forEachOperator(of: kind) { place, _, _ in places.append(place) }
    for place in places {
      let version = sparse.contains(place) ? sparseVersion ?? shared : shared
      let code = model.code(for: kind, version: min(version, spec.mostWritten))
      model.subgraphs[place.subgraph].operators[place.index].opcodeIndex = code
    }
  }
}

extension OpSpec {
  /// The greatest version that is written. The converter gives int4 depthwise filters a version that
  /// the reference resolver does not know; kernels look at types alone.
  fileprivate var mostWritten: Int32 {
    narrow == nil ? maxVersion : maxReferenceVersion ?? maxVersion
  }
}

extension Model {
  fileprivate func forEachOperator(
    of kind: BuiltinOperator, _ body: (OperatorPlace, Operator, Subgraph) -> Void
  ) {
    for (s, subgraph) in subgraphs.enumerated() {
      for (o, entry) in subgraph.operators.enumerated() where self.kind(of: entry) == kind {
        body(OperatorPlace(subgraph: s, index: o), entry, subgraph)
      }
    }
  }

  /// The oldest runtime release with every operator version and kernel; nil when no operator decides.
  package var leastRuntime: RuntimeVersion? {
    let versions = operatorCodes.compactMap {
      OpSet.spec(for: $0.kind)?.release(ofVersion: $0.version)
    }
    let kernels = subgraphs.flatMap { subgraph in
      subgraph.operators.compactMap { entry -> RuntimeVersion? in
        let code = operatorCodes[Int(entry.opcodeIndex)]
        guard let spec = OpSet.spec(for: code.kind), spec.tellsKernels else { return nil }
        return spec.release(
          ofVersion: code.version, for: OperatorSignature(entry, in: subgraph, of: self))
      }
    }
    return (versions + kernels).max()
  }

  fileprivate mutating func updateLeastRuntime() {
    guard let release = leastRuntime,
      let entry = metadata.first(where: { $0.name == "min_runtime_version" })
    else { return }
    var bytes = Array(release.description.utf8.prefix(16))
    bytes += [UInt8](repeating: 0, count: 16 - bytes.count)
    buffers[Int(entry.buffer)].data = .bytes(bytes)
  }
}
