// The option fields of elementwise operators, normalizations and reductions.

extension AddOptions {
  public static let activation = OptionKey<Int8>("AddOptions", "fused_activation_function")
}

extension SubOptions {
  public static let activation = OptionKey<Int8>("SubOptions", "fused_activation_function")
}

public enum MulOptions {
  public static let activation = OptionKey<Int8>("MulOptions", "fused_activation_function")
}

public enum DivOptions {
  public static let activation = OptionKey<Int8>("DivOptions", "fused_activation_function")
}

public enum LeakyRelu {
  public static let alpha = OptionKey<Float>("LeakyReluOptions", "alpha")
}

public enum Gelu {
  public static let approximate = OptionKey<Bool>("GeluOptions", "approximate")
}

public enum Softmax {
  public static let beta = OptionKey<Float>("SoftmaxOptions", "beta")
}

public enum LocalResponseNormalization {
  private static let table = "LocalResponseNormalizationOptions"
  public static let radius = OptionKey<Int32>(table, "radius")
  public static let bias = OptionKey<Float>(table, "bias")
  public static let alpha = OptionKey<Float>(table, "alpha")
  public static let beta = OptionKey<Float>(table, "beta")
}

public enum Reducer {
  public static let keepDims = OptionKey<Bool>("ReducerOptions", "keep_dims")
}

public enum Cumsum {
  public static let exclusive = OptionKey<Bool>("CumsumOptions", "exclusive")
  public static let reverse = OptionKey<Bool>("CumsumOptions", "reverse")
}

extension FakeQuant {
  public static let min = OptionKey<Float>("FakeQuantOptions", "min")
  public static let max = OptionKey<Float>("FakeQuantOptions", "max")
  public static let bits = OptionKey<Int32>("FakeQuantOptions", "num_bits")
}
