/// Numbers in the fields that `Tools/record-compression-vectors.py` recorded.
enum VectorFile {
  static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
