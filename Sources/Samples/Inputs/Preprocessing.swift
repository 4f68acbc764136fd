/// How images and sound become inputs: what the user asked for, and what the model's metadata say.
///
/// A value x of a file becomes (x · scale − mean) / std; x is 0 to 255 for pixels and −1 to 1 for
/// sound. Arrays and tables are not touched.
package struct Preprocessing: Equatable, Sendable {
  package enum Layout: String, CaseIterable, Sendable { case nhwc, nchw }

  package enum Color: String, CaseIterable, Sendable { case rgb, bgr, gray }

  /// One, or one for each channel in the model's order; empty: not asked for.
  package var mean: [Float] = []
  package var std: [Float] = []
  package var scale: Float?
  /// Nil: as the input's shape tells.
  package var layout: Layout?
  package var color: Color?
  /// For each input of the model.
  package var metadata: [ModelInputInfo] = []

  package init() {}

  package var asksForNumbers: Bool { !mean.isEmpty || !std.isEmpty || scale != nil }

  /// The inputs with this for each of them; metadata for another number of inputs are not used.
  package func applied(to inputs: [SampleInput]) -> [SampleInput] {
    let fits = metadata.count == inputs.count
    return inputs.enumerated().map { index, input in
      var input = input
      input.preparation = .init(options: self, info: fits ? metadata[index] : nil)
      input.preparation.options.metadata = []
      return input
    }
  }
}

/// How files become values of one input.
struct InputPreparation: Equatable, Sendable {
  var options = Preprocessing()
  var info: ModelInputInfo?
}
