extension SampleSet {
  /// Returns the files of a sample, which must exist; `FILE[INDEX]` for a sample of a batch.
  package func description(of index: Int) -> String {
    sources(of: index).joined(separator: ", ")
  }

  /// Returns the path of the sample's file in the given folder; `FILE[INDEX]` for a sample of a
  /// batch.
  package func name(of index: Int) -> String {
    place(of: index).keys.first ?? description(of: index)
  }

  /// Returns the folder of the sample's class, if folders are classes.
  package func className(of index: Int) -> String? { place(of: index).className }

  func sources(of index: Int) -> [String] {
    let position = position(of: index)
    return part(at: position).sources(at: position)
  }

  private func place(of index: Int) -> SamplePlace { place(at: position(of: index)) }

  private func place(at position: Int) -> SamplePlace { part(at: position).place(at: position) }

  /// The places of all samples, including those that are left out.
  var places: [SamplePlace] { (0..<totalCount).map(place(at:)) }

  /// The paths as one name, for faults.
  var source: String { paths.joined(separator: ", ") }

  /// Sentences that say how images and sound become values, and what was done to the files that
  /// were read so far.
  package var preparations: [String] { forms + inputs.flatMap(\.notes) }

  /// Sentences about samples that were left out, and about what may be wrong with those that were
  /// read so far.
  package var warnings: [String] {
    let most = SampleFault.mostListed
    let left =
      bad.isEmpty
      ? []
      : ["\(badCount) of \(badCount + count) samples were left out, since they cannot be used"]
        + bad.prefix(most).map { "left out: \($0.fault.message)" }
        + (badCount > most ? ["left out: \(badCount - most) more"] : [])
    let hasOnlyArrays = forms.isEmpty && inputs.contains { $0.preparation.options.asksForNumbers }
    return left + (hasOnlyArrays ? [Preprocessing.unused] : []) + inputs.flatMap(\.warnings)
  }
}
