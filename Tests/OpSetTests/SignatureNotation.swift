import TFLite

@testable import OpSet

/// The notation of Golden/version_rules.csv.
enum SignatureNotation {
  struct Malformed: Error {
    let text: String
  }

  private static let types: [Substring: TensorType] = [
    "f32": .float32, "f16": .float16, "bf16": .bfloat16, "f64": .float64, "f8": .float8E5M2,
    "i2": .int2, "i4": .int4, "u4": .uint4, "i8": .int8, "u8": .uint8, "i16": .int16,
    "u16": .uint16, "i32": .int32, "u32": .uint32, "i64": .int64, "b": .bool, "str": .string,
    "c64": .complex64,
  ]

  /// `type`, then `[2x3]`, `q`, `q4`, `=0.5`, `s`; or `-`.
  static func operand(_ text: Substring) throws -> OperatorSignature.Operand? {
    guard text != "-" else { return nil }
    let name = text.prefix { !"[q=s".contains($0) || text.hasPrefix("str") && $0 != "[" }
    guard let type = types[name] else { throw Malformed(text: String(text)) }
    var operand = OperatorSignature.Operand(type)
    var rest = text.dropFirst(name.count)
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      operand.shape = rest[..<end].dropFirst().split(separator: "x").compactMap { Int32($0) }
      rest = rest[rest.index(after: end)...]
    }
    if rest.hasSuffix("s") {
      operand.isSparse = true
      rest = rest.dropLast()
    }
    if let mark = rest.first {
      operand.hasQuantization = true
      switch mark {
      case "q": operand.scales = Array(repeating: 0.5, count: Int(rest.dropFirst()) ?? 0)
      case "=": operand.scales = Float(rest.dropFirst()).map { [$0] } ?? []
      default: throw Malformed(text: String(text))
      }
    }
    return operand
  }

  static func operands(_ text: String) throws -> [OperatorSignature.Operand?] {
    try text.split(separator: " ").map(operand)
  }

  private static let bools: [String: OptionKey<Bool>] = [
    "FULLY_CONNECTED.keep_num_dims": FullyConnected.keepNumDims,
    "FULLY_CONNECTED.asymmetric_quantize_inputs": FullyConnected.asymmetricInputs,
    "BATCH_MATMUL.asymmetric_quantize_inputs": BatchMatMul.asymmetricInputs,
    "ADD.pot_scale_int16": AddOptions.potScaleInt16,
    "SUB.pot_scale_int16": SubOptions.potScaleInt16,
    "STRIDED_SLICE.offset": StridedSlice.offset,
    "RESIZE_BILINEAR.half_pixel_centers": ResizeBilinear.halfPixelCenters,
    "RESIZE_NEAREST_NEIGHBOR.half_pixel_centers": ResizeNearestNeighbor.halfPixelCenters,
    "RESIZE_NEAREST_NEIGHBOR.align_corners": ResizeNearestNeighbor.alignCorners,
    "FAKE_QUANT.narrow_range": FakeQuant.narrowRange,
    "SVDF.asymmetric_quantize_inputs": SVDF.asymmetricInputs,
    "RNN.asymmetric_quantize_inputs": RNN.asymmetricInputs,
    "UNIDIRECTIONAL_SEQUENCE_RNN.asymmetric_quantize_inputs": SequenceRNN.asymmetricInputs,
    "BIDIRECTIONAL_SEQUENCE_RNN.asymmetric_quantize_inputs":
      BidirectionalSequenceRNN.asymmetricInputs,
    "BIDIRECTIONAL_SEQUENCE_LSTM.asymmetric_quantize_inputs":
      BidirectionalSequenceLSTM.asymmetricInputs,
    "LSTM.asymmetric_quantize_inputs": LSTM.asymmetricInputs,
    "UNIDIRECTIONAL_SEQUENCE_LSTM.asymmetric_quantize_inputs":
      UnidirectionalSequenceLSTM.asymmetricInputs,
    "UNIDIRECTIONAL_SEQUENCE_LSTM.diagonal_recurrent_tensors":
      UnidirectionalSequenceLSTM.diagonalRecurrentTensors,
  ]

  private static let bytes: [String: OptionKey<Int8>] = [
    "TRANSPOSE_CONV.fused_activation_function": TransposeConv.activation,
    "FULLY_CONNECTED.weights_format": FullyConnected.weightsFormat,
    "LSTM.kernel_type": LSTM.kernelType,
  ]

  private static let ints: [String: OptionKey<Int32>] = [
    "DEPTHWISE_CONV_2D.dilation_w_factor": DepthwiseConv2D.dilationW,
    "DEPTHWISE_CONV_2D.dilation_h_factor": DepthwiseConv2D.dilationH,
    "STRIDED_SLICE.ellipsis_mask": StridedSlice.ellipsisMask,
    "STRIDED_SLICE.new_axis_mask": StridedSlice.newAxisMask,
    "GATHER.batch_dims": Gather.batchDims,
  ]

  private static let tensorTypes: [String: OptionKey<TensorType>] = [
    "CONV_2D.quantized_bias_type": Conv2D.quantizedBiasType,
    "TRANSPOSE_CONV.quantized_bias_type": TransposeConv.quantizedBiasType,
    "FULLY_CONNECTED.quantized_bias_type": FullyConnected.quantizedBiasType,
  ]

  /// `field=value`, by schema names.
  static func options(_ text: String, of name: String) throws -> Options? {
    var options: Options?
    func table<Value>(_ key: OptionKey<Value>) -> Options? {
      options ?? Options(key.union, tag: key.tag)
    }
    for setting in text.split(separator: " ") {
      let parts = setting.split(separator: "=")
      let field = name + "." + parts[0]
      guard let value = parts.last.flatMap({ Int8($0) }) else {
        throw Malformed(text: String(setting))
      }
      if let key = bools[field] {
        options = table(key)
        options?[key] = value != 0
      } else if let key = bytes[field] {
        options = table(key)
        options?[key] = value
      } else if let key = ints[field] {
        options = table(key)
        options?[key] = Int32(value)
      } else if let key = tensorTypes[field] {
        options = table(key)
        options?[key] = TensorType(rawValue: value)
      } else {
        throw Malformed(text: field)
      }
    }
    return options
  }
}
