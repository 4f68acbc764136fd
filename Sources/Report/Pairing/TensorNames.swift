/// What the names of tensors say about two files of the same network.
enum TensorNames {
  /// Suffixes that converters and this tool add to a name, or drop.
  private static let suffixes = [
    "_int8", "_uint8", "_int16", "_quantized", "_dequantized", "_dequantize", "_requantized",
    "/FakeQuantWithMinMaxVars", "/FakeQuantWithMinMaxVarsPerChannel", "_quant", "/ReadVariableOp",
    "/resource", "/read",
  ]

  /// Dialects after which converters number what has no name: "arith.constant12". The number is
  /// another one in the next file.
  private static let dialects = ["arith.", "tfl.", "std.", "tf.", "mhlo.", "stablehlo."]

  /// Whether the name says nothing about what the tensor is.
  static func isGenerated(_ name: String) -> Bool {
    name.allSatisfy(\.isNumber)
      || dialects.contains { dialect in
        name.hasPrefix(dialect)
          && name.dropFirst(dialect.count).allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      }
  }

  /// Returns the name without suffixes of converters.
  static func plain(_ name: String) -> String {
    var name = Substring(name)
    while let suffix = suffixes.first(where: { name.hasSuffix($0) && name.count > $0.count }) {
      name = name.dropLast(suffix.count)
    }
    return String(name)
  }

  /// Returns the names that a converter joined with ";" when it fused operators.
  static func parts(_ name: String) -> Set<String> {
    Set(name.split(separator: ";").map { plain(String($0)) })
  }
}
