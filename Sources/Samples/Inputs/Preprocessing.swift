/// How images and sound become inputs: what the user asked for, and what the model's metadata say.
///
/// A value x of a file becomes (x · scale − mean) / std; x is 0 to 255 for pixels and −1 to 1 for
/// sound. Arrays and tables are not touched.
public struct Preprocessing: Equatable, Sendable {
  public enum Layout: String, CaseIterable, Sendable { case nhwc, nchw }

  public enum Color: String, CaseIterable, Sendable { case rgb, bgr, gray }

  /// One, or one for each channel in the model's order; empty: not asked for.
  public var mean: [Float] = []
  public var std: [Float] = []
  public var scale: Float?
  /// Nil: as the input's shape tells.
  public var layout: Layout?
  public var color: Color?
  /// For each input of the model.
  public var metadata: [ModelInputInfo] = []

  public init() {}

  public var asksForNumbers: Bool { !mean.isEmpty || !std.isEmpty || scale != nil }

  /// The inputs with this for each of them; metadata for another number of inputs are not used.
  public func applied(to inputs: [SampleInput]) -> [SampleInput] {
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
