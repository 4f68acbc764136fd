// The option fields of elementwise operators, normalizations and reductions.

package enum AddOptions {
  package static let activation = OptionKey<Int8>("AddOptions", "fused_activation_function")
  package static let potScaleInt16 = OptionKey<Bool>("AddOptions", "pot_scale_int16")
}

package enum SubOptions {
  package static let activation = OptionKey<Int8>("SubOptions", "fused_activation_function")
  package static let potScaleInt16 = OptionKey<Bool>("SubOptions", "pot_scale_int16")
}

package enum MulOptions {
  package static let activation = OptionKey<Int8>("MulOptions", "fused_activation_function")
}

package enum DivOptions {
  package static let activation = OptionKey<Int8>("DivOptions", "fused_activation_function")
}

package enum LeakyRelu {
  package static let alpha = OptionKey<Float>("LeakyReluOptions", "alpha")
}

package enum Gelu {
  package static let approximate = OptionKey<Bool>("GeluOptions", "approximate")
}

package enum Softmax {
  package static let beta = OptionKey<Float>("SoftmaxOptions", "beta")
}

package enum LocalResponseNormalization {
  private static let table = "LocalResponseNormalizationOptions"
  package static let radius = OptionKey<Int32>(table, "radius")
  package static let bias = OptionKey<Float>(table, "bias")
  package static let alpha = OptionKey<Float>(table, "alpha")
  package static let beta = OptionKey<Float>(table, "beta")
}

package enum Reducer {
  package static let keepDims = OptionKey<Bool>("ReducerOptions", "keep_dims")
}

package enum Cumsum {
  package static let exclusive = OptionKey<Bool>("CumsumOptions", "exclusive")
  package static let reverse = OptionKey<Bool>("CumsumOptions", "reverse")
}

package enum FakeQuant {
  package static let min = OptionKey<Float>("FakeQuantOptions", "min")
  package static let max = OptionKey<Float>("FakeQuantOptions", "max")
  package static let bits = OptionKey<Int32>("FakeQuantOptions", "num_bits")
  package static let narrowRange = OptionKey<Bool>("FakeQuantOptions", "narrow_range")
}
