/// The conversion of images and sound to inputs, from the user's options and the model's metadata.
///
/// A value x of a file becomes (x · scale − mean) / std; x is 0 to 255 for pixels and −1 to 1 for
/// sound. Arrays and tables are not touched.
package struct Preprocessing: Equatable, Sendable {
  package enum Layout: String, CaseIterable, Sendable { case nhwc, nchw }

  package enum Color: String, CaseIterable, Sendable { case rgb, bgr, gray }

  /// One, or one for each channel in the model's order; empty if not given.
  package var mean: [Float] = []
  package var std: [Float] = []
  package var scale: Float?
  /// Nil: the layout follows from the input's shape.
  package var layout: Layout?
  package var color: Color?
  /// The values a second of sound that the model takes; nil: as its metadata say.
  package var rate: Int?
  /// For each input of the model.
  package var metadata: [ModelInputInfo] = []

  package init() {}

  package var asksForNumbers: Bool { !mean.isEmpty || !std.isEmpty || scale != nil }

  /// A warning for options that change nothing.
  package static let unused =
    "--mean, --std and --scale change images and sound alone, and there are none: arrays were taken "
    + "as they are"

  /// Returns the inputs, each with this preprocessing. Metadata for a different number of inputs
  /// are ignored.
  package func applied(to inputs: [SampleInput]) -> [SampleInput] {
    let fits = metadata.count == inputs.count
    return inputs.enumerated().map { index, input in
      var input = input
      input.preparation = .init(
        options: self, info: fits ? metadata[index] : nil, notes: SampleNotes())
      input.preparation.options.metadata = []
      return input
    }
  }
}

/// The conversion of files to values of one input.
struct InputPreparation: Equatable, Sendable {
  var options = Preprocessing()
  var info: ModelInputInfo?
  /// What was done to the files that were read.
  var notes = SampleNotes()

  /// Notes are no part of the preparation.
  static func == (a: Self, b: Self) -> Bool { a.options == b.options && a.info == b.info }
}
