/// A weight that becomes integers: how, and for whom.
struct PlannedWeight {
  let constant: FloatConstant
  let encoding: WeightEncoding
  /// Uses that read the integers themselves, and uses that need DEQUANTIZE.
  let direct: [FloatConstant.Use]
  let decoded: [FloatConstant.Use]
}
