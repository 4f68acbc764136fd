import Platform
import TFLite

/// The facts about a model's input that its samples depend on.
package struct SampleInput: Equatable, Sendable {
  package var name: String
  package var type: TensorType
  /// The shape that the model's file gives.
  package var shape: [Int]
  /// The shape with −1 for sizes that are free; ignored unless it has as many sizes as `shape`.
  package var signature: [Int]
  /// The encoding of an integer input that stands for real values; its scale is finite and above 0.
  package var encoding: Affine?
  /// How images and sound are converted; `Preprocessing.applied` sets it.
  var preparation = InputPreparation()

  package init(
    name: String, type: TensorType, shape: [Int], signature: [Int] = [],
    encoding: Affine? = nil
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.signature = signature
    self.encoding = encoding
  }

  /// Sentences about what was done to the files that were read for this input.
  package var notes: [String] { preparation.notes.sentences(of: name) }

  /// Sentences about what may be wrong with the files that were read for this input.
  package var warnings: [String] { preparation.notes.warnings(of: name) }

  /// Sizes of a sample; a negative one is free.
  var sizes: [Int] { signature.count == shape.count ? signature : shape }

  /// Returns the shape that the model takes for a sample of shape `found`, or nil if it does not
  /// fit. A leading 1 may be missing or superfluous.
  func shape(fitting found: [Int]) -> [Int]? {
    if fits(found[...]) { return found }
    if let first = sizes.first, first == 1 || first < 0, fits(([1] + found)[...]) {
      return [1] + found
    }
    return found.first == 1 && fits(found.dropFirst()) ? Array(found.dropFirst()) : nil
  }

  /// Returns how many samples an array of shape `found` holds along its first axis, or nil if it is
  /// one sample or none.
  ///
  /// An array of exactly the input's shape is one sample, and so is a list of numbers for an input
  /// that takes a list of any length. Otherwise the first axis counts samples, even if it could be
  /// a free axis of the input itself.
  func batchCount(of found: [Int]) -> Int? {
    guard let count = found.first, found != shape, found.count > 1 || !(sizes.first ?? 0 < 0),
      shape(fitting: Array(found.dropFirst())) != nil
    else { return nil }
    return count
  }

  /// The shape of samples that are raw bytes: free sizes are taken from the model.
  var defaultShape: [Int] {
    zip(sizes, shape).map { size, given in size < 0 ? max(given, 1) : size }
  }

  /// Returns the shape of a sample of `count` numbers, or nil if none fits. One free size is what
  /// the others leave.
  func shape(forCount count: Int) -> [Int]? {
    var shape = sizes
    if shape.count > 1, shape[0] < 0 { shape[0] = 1 }
    let open = shape.indices.filter { shape[$0] < 0 }
    guard let known = shape.filter({ $0 >= 0 }).sizeProduct else { return nil }
    guard let axis = open.first else { return known == count ? shape : nil }
    guard open.count == 1, known > 0, count % known == 0 else { return nil }
    shape[axis] = count / known
    return shape
  }

  private func fits(_ found: ArraySlice<Int>) -> Bool {
    found.count == sizes.count && zip(found, sizes).allSatisfy { $0 == $1 || $1 < 0 }
  }
}
