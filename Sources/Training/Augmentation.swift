import Platform
import TFLite

/// What a sample becomes by chance before it is trained on.
package enum Augmentation: String, CaseIterable, Sendable {
  /// Images: left and right change places, every other time.
  case flip
  /// Images: moved by up to an eighth of their size, with edges repeated, as crops of padded images are
  /// (He et al., "Deep Residual Learning for Image Recognition", 2016: 4 of 32 pixels).
  case crop
  /// Sound: earlier or later by up to a tenth, with silence (Warden, "Speech Commands", 2018: 100 ms).
  case shift
  /// Sound: softer or louder by up to 6 dB.
  case gain

  private static let (cropShare, shiftShare) = (0.125, 0.1)
  /// The natural logarithm of 6 dB.
  private static let gainSpan = 0.6908

  /// Why none of these inputs can become another one so; nil if one can.
  func obstacle(_ inputs: [DenseArray]) -> String? {
    if inputs.contains(where: applies) { return nil }
    let shapes = inputs.map { "\($0.type) \($0.shape)" }.joined(separator: ", ")
    let wanted =
      switch self {
      case .flip, .crop: "images of floats, [1, height, width, channels]"
      case .shift: "sound: floats in time, or frames of them"
      case .gain: "sound: floats in time"
      }
    return "'\(rawValue)' needs \(wanted); the inputs are \(shapes)"
  }

  private func applies(to input: DenseArray) -> Bool {
    guard input.type == .float32, let axis = timeAxis(input) else { return false }
    switch self {
    case .flip, .crop: return input.shape.count == 4 && input.shape[1] > 1 && input.shape[2] > 1
    case .shift: return input.shape[axis] > 1
    case .gain: return input.shape.count < 3 && input.shape[axis] > 1
    }
  }

  /// Samples of sound are the last axis; frames of a spectrum the one behind the batch.
  private func timeAxis(_ input: DenseArray) -> Int? {
    input.shape.isEmpty ? nil : input.shape.count < 3 ? input.shape.count - 1 : 1
  }

  func apply(to input: inout DenseArray, _ random: inout SeededRandom) {
    guard applies(to: input), let time = timeAxis(input) else { return }
    switch self {
    case .flip:
      let isFlipped = random.below(2) == 1
      if isFlipped { Self.move(&input, axis: 2) { $1 - 1 - $0 } }
    case .crop:
      for axis in [1, 2] {
        let offset = Self.offset(Self.cropShare, of: input.shape[axis], &random)
        Self.move(&input, axis: axis) { max(0, min($1 - 1, $0 + offset)) }
      }
    case .shift:
      let offset = Self.offset(Self.shiftShare, of: input.shape[time], &random)
      Self.move(&input, axis: time) { (0..<$1).contains($0 + offset) ? $0 + offset : nil }
    case .gain:
      let factor = Float(
        MathFunctions.exponential(Double(Self.gainSpan * (2 * random.unit() - 1))))
      input.bytes.withUnsafeMutableBytes { bytes in
        let floats = bytes.bindMemory(to: Float.self)
        for index in floats.indices { floats[index] *= factor }
      }
    }
  }

  /// A whole number from −share to +share of the size.
  private static func offset(_ share: Double, of size: Int, _ random: inout SeededRandom) -> Int {
    let most = Int(share * Double(size))
    return random.below(2 * most + 1) - most
  }

  /// Sets each place along an axis to what another place, given the place and the size, held; zeros for none.
  private static func move(
    _ input: inout DenseArray, axis: Int, _ source: (_ place: Int, _ size: Int) -> Int?
  ) {
    let size = input.shape[axis]
    let inner = 4 * input.shape[(axis + 1)...].reduce(1, *)
    let outer = input.shape[..<axis].reduce(1, *)
    let before = input.bytes
    input.bytes.withUnsafeMutableBytes { target in
      before.withUnsafeBytes { before in
        guard let target = target.baseAddress, let before = before.baseAddress else { return }
        for block in 0..<outer {
          for place in 0..<size {
            let to = target + (block * size + place) * inner
            if let from = source(place, size) {
              to.copyMemory(from: before + (block * size + from) * inner, byteCount: inner)
            } else {
              to.initializeMemory(as: UInt8.self, repeating: 0, count: inner)
            }
          }
        }
      }
    }
  }
}
