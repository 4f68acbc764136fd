import Kernels
import TFLite

/// The conversion of values of files to an input's elements: (x · scale − mean) / std, then the
/// input's type.
struct NumberForm: Equatable {
  enum Origin: Equatable { case options, metadata, assumed }

  enum Encoding: Equatable {
    case float32, float16
    /// Integers, after `offset` was added.
    case integer(bits: Int, isSigned: Bool, offset: Float)
    /// Integers that stand for real values, by the input's scale and zero point.
    case quantized(bits: Int, isSigned: Bool, Affine)
  }

  let scale: Float
  /// One, or one for each channel.
  let mean: [Float]
  let std: [Float]
  let encoding: Encoding
  let origin: Origin

  /// Makes the form for pixels; nil for types that cannot hold them.
  init?(pixelsFor input: SampleInput) {
    let preparation = input.preparation
    let isFloat = input.type == .float32 || input.type == .float16
    if preparation.options.asksForNumbers {
      self.init(options: preparation.options, input)
    } else if let info = preparation.info, info.isNormalized, isFloat || input.encoding != nil {
      self.init(Self.encoding(input), .metadata, mean: info.mean, std: info.std)
    } else if isFloat || input.type == .int16 && input.encoding != nil {
      self.init(Self.encoding(input), .assumed, mean: [127.5], std: [127.5])
    } else {
      // Integer inputs take pixels over their whole range; that of int8 begins at −128.
      let offset: Float = input.type == .int8 ? -128 : 0
      let encoding = Self.integer(input.type).map { bits, isSigned in
        Encoding.integer(bits: bits, isSigned: isSigned, offset: offset)
      }
      self.init(encoding, .assumed)
    }
  }

  /// Makes the form for sound from −1 to 1. An int16 input without a scale takes 16-bit samples.
  init?(soundFor input: SampleInput) {
    if input.preparation.options.asksForNumbers {
      self.init(options: input.preparation.options, input)
    } else if input.type == .int16, input.encoding == nil {
      self.init(Self.encoding(input), .assumed, scale: 32768)
    } else if case .integer? = Self.encoding(input) {
      return nil
    } else {
      self.init(Self.encoding(input), .assumed)
    }
  }

  private init?(options: Preprocessing, _ input: SampleInput) {
    self.init(
      Self.encoding(input), .options, scale: options.scale ?? 1,
      mean: options.mean.isEmpty ? [0] : options.mean,
      std: options.std.isEmpty ? [1] : options.std)
  }

  private init?(
    _ encoding: Encoding?, _ origin: Origin, scale: Float = 1, mean: [Float] = [0],
    std: [Float] = [1]
  ) {
    guard let encoding else { return nil }
    self.encoding = encoding
    self.origin = origin
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  private static func encoding(_ input: SampleInput) -> Encoding? {
    if input.type == .float32 { return .float32 }
    if input.type == .float16 { return .float16 }
    guard let (bits, isSigned) = integer(input.type) else { return nil }
    guard let step = input.encoding, bits <= 16 else {
      return .integer(bits: bits, isSigned: isSigned, offset: 0)
    }
    return .quantized(bits: bits, isSigned: isSigned, step)
  }

  private static func integer(_ type: TensorType) -> (bits: Int, isSigned: Bool)? {
    switch type {
    case .uint8: (8, false)
    case .int8: (8, true)
    case .uint16: (16, false)
    case .int16: (16, true)
    case .int32: (32, true)
    case .int64: (64, true)
    default: nil
    }
  }

  /// Whether mean and std have one value, or one for each of `channels`.
  func fits(channels: Int) -> Bool {
    [mean, std].allSatisfy { $0.count == 1 || $0.count == channels }
  }

  // MARK: Values

  /// Returns the elements' bytes; `channel` cycles along the last axis.
  func bytes(of values: [Float], channels: Int) -> [UInt8] {
    var reals = values
    reals.withUnsafeMutableBufferPointer { reals in
      for channel in 0..<channels {
        let (mean, std) = (mean[channel % mean.count], std[channel % std.count])
        for index in stride(from: channel, to: reals.count, by: channels) {
          reals[index] = (reals[index] * scale - mean) / std
        }
      }
    }
    switch encoding {
    case .float32: return reals.withUnsafeBytes { [UInt8]($0) }
    case .float16: return Self.halves(reals)
    case .integer(let bits, let isSigned, let offset):
      return Self.integers(reals, bits: bits, isSigned) { $0 + offset }
    case .quantized(let bits, let isSigned, let step):
      let zero = Float(step.zeroPoint)
      return Self.integers(reals, bits: bits, isSigned) {
        // As the runtime's QUANTIZE: rounded before the zero point is added.
        ($0 / step.scale).rounded(.toNearestOrAwayFromZero) + zero
      }
    }
  }

  private static func halves(_ reals: [Float]) -> [UInt8] {
    reals.withUnsafeBytes { floats in
      [UInt8](unsafeUninitializedCapacity: reals.count * 2) { target, filled in
        guard let source = floats.baseAddress, let halves = target.baseAddress else { return }
        Float16Kernels.narrow(source, halves, count: reals.count)
        filled = reals.count * 2
      }
    }
  }

  /// Returns integers, rounded and limited to the type.
  private static func integers(
    _ reals: [Float], bits: Int, _ isSigned: Bool, _ map: (Float) -> Float
  ) -> [UInt8] {
    // Beyond 32 bits nothing that stands in a file is cut off.
    let range = min(bits, 32)
    let least = isSigned ? -Double(1 << (range - 1)) : 0
    let most = least + Double(1 << range) - 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(reals.count * bits / 8)
    for real in reals {
      let mapped = Double(map(real)).rounded(.toNearestOrAwayFromZero)
      let value = Int(mapped.isNaN ? 0 : max(least, min(most, mapped)))
      for shift in stride(from: 0, to: bits, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    return bytes
  }
}
