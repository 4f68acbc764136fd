import TFLite

/// Operators that change how values are stored.
extension OpSpec {
  static let quantize = OpSpec(
    "QUANTIZE", .activation,
    channels: .keeps, traits: .convertsEncoding,
    scale: .free, modes: .integer,
    versions: [
      .version(5, if: .inputOrOutput(.uint4)),
      .version(4, if: .inputOrOutput(.int4)),
      .version(3, if: .hasPerAxisOutput),
      .version(2, if: .output(0, .int16)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:1.15.0 3:2.7.0 4:2.21.0 5:2.21.0 6:2.21.0",
    kernels: [.since(2, 21, if: .input(0, .int8), .output(0, .int16))],
    kernel: .quantize)

  static let dequantize = OpSpec(
    "DEQUANTIZE", .activation,
    channels: .keeps, traits: .convertsEncoding,
    modes: .all,
    versions: [
      .version(9, if: .float8Input(0)),
      .version(8, if: .input(0, .uint4)),
      .version(7, if: .input(0, .int2)),
      .version(6, if: .input(0, .int4)),
      .version(3, if: .input(0, .int16, .float16)),
      .version(5, if: .input(0, .int8), .hasPerAxisInput),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.13.1 2:1.14.0 3:1.15.0 4:2.2.0 5:2.7.0 6:2.18.0 7:2.21.0 8:2.22.0 9:2.23.0",
    kernel: .dequantize)

  /// Its input is a sparse constant; XNNPACK makes hybrid and int8 consumers fail (see CONV_2D).
  static let densify = OpSpec(
    "DENSIFY", [.weight(channelAxis: nil)],
    traits: .readsSparseStorage,
    scale: .sameAsInputs, modes: [.float16, .int8],
    runtimes: "1:2.2.0",
    kernel: .densify)

  /// Integer kernels convert raw values.
  static let cast = OpSpec(
    "CAST", .activation,
    channels: .keeps,
    versions: [
      .version(9, if: .inputOrOutput(.float8E4M3FN, .float8E5M2)),
      .version(8, if: .inputOrOutput(.int2, .uint4)),
      .version(7, if: .inputOrOutput(.bfloat16)),
      .version(6, if: .input(0, .int4), .output(0, .float32)),
      .version(5, if: .inputOrOutput(.float64, .float16)),
      .version(4, if: .inputOrOutput(.uint16)),
      .version(3, if: .inputOrOutput(.int8)),
      .version(2, if: .inputOrOutput(.uint32)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:2.7.0 3:2.8.0 4:2.9.0 5:2.12.0 6:2.15.0 7:2.17.0 8:2.21.0 9:2.23.0",
    kernel: .cast,
    gradient: .moved)

  static let bitcast = OpSpec(
    "BITCAST", .activation,
    runtimes: "1:2.13.0",
    kernel: .bitcast)

  static let fakeQuant = OpSpec(
    "FAKE_QUANT", .activation,
    channels: .keeps, versions: [.version(2, if: .isSet(FakeQuant.narrowRange)), .otherwise(1)],
    runtimes: "1:1.5.0 2:1.10.0",
    kernel: .fakeQuant,
    gradient: .fakeQuant)
}
