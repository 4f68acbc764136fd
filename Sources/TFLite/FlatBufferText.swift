import FlatBuffers

/// Names of tensors that passes add.
public enum FlatBufferText {
  /// `name` with `suffix`; a tensor without a name gets none.
  public static func suffixed(_ name: Text?, _ suffix: String) -> Text? {
    name.map { Text(utf8: $0.utf8 + Array(suffix.utf8)) }
  }
}
