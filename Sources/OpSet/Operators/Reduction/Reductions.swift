import TFLite

extension OpSpec {
  static let mean = OpSpec(
    "MEAN", .activationAndIndex,
    channels: .keeps, scale: .free, modes: .integer,
    versions: .int16(3, int8: 2),
    runtimes: "1:1.6.0 2:1.14.0 3:2.4.0",
    kernel: .mean,
    gradient: .mean)

  static let sum = OpSpec(
    "SUM", .activationAndIndex,
    channels: .keeps, scale: .free, modes: .integer,
    traps: [Trap(.integer, "the reference kernel is wrong")],
    integerLimit: .staysFloat(.integer, "the runtime's reference kernel sums the wrong bytes"),
    versions: .int8(2),
    runtimes: "1:1.10.0 2:1.15.0",
    kernels: [.since(2, 20, if: .input(0, .int16))],
    kernel: .reduceSum,
    gradient: .sum)

  static let reduceMax = OpSpec(
    "REDUCE_MAX", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .integer, values: .greatest,
    versions: .int16(3, int8: 2),
    runtimes: "1:1.11.0 2:1.14.0 3:2.5.0",
    kernel: .reduceMaximum,
    gradient: .reduceExtreme)

  static let reduceMin = OpSpec(
    "REDUCE_MIN", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .integer, values: .least,
    versions: .int16(3, int8: 2),
    runtimes: "1:1.11.0 2:1.14.0 3:2.5.0",
    kernel: .reduceMinimum,
    gradient: .reduceExtreme)

  static let reduceProd = OpSpec(
    "REDUCE_PROD", .activationAndIndex,
    channels: .keeps, scale: .free, modes: .integer,
    traps: [Trap(.int16x8, "results are off by up to 5")],
    versions: .int8OrInt16(2),
    runtimes: "1:1.11.0 2:2.6.0",
    kernel: .reduceProduct,
    gradient: .reduceProduct)

  static let reduceAny = OpSpec(
    "REDUCE_ANY", [.index, .index],
    runtimes: "1:1.11.0",
    kernel: .reduceAny)

  static let reduceAll = OpSpec(
    "REDUCE_ALL", [.index, .index],
    runtimes: "1:2.6.0",
    kernel: .reduceAll)

  static let cumsum = OpSpec(
    "CUMSUM", .activationAndIndex,
    runtimes: "1:2.4.0",
    kernel: .cumsum,
    gradient: .cumsum)
}
