/// Operators on variables and hash tables that live between runs; input 0 is the handle.
extension OpSpec {
  static let varHandle = OpSpec("VAR_HANDLE", .none, runtimes: "1:2.6.0", kernel: .varHandle)

  static let readVariable = OpSpec(
    "READ_VARIABLE", [.index], runtimes: "1:2.6.0", kernel: .readVariable)

  static let assignVariable = OpSpec(
    "ASSIGN_VARIABLE", [.index, .activation], runtimes: "1:2.6.0", kernel: .assignVariable)

  static let hashtable = OpSpec(
    "HASHTABLE", .none, runtimes: "1:2.5.0", reference: .absent, kernel: .hashtable)

  /// Handle, keys, default value.
  static let hashtableFind = OpSpec(
    "HASHTABLE_FIND", [.index, .index, .parameter], runtimes: "1:2.5.0", reference: .absent,
    kernel: .hashtableFind)

  /// Handle, keys, values.
  static let hashtableImport = OpSpec(
    "HASHTABLE_IMPORT", [.index, .index, .index], runtimes: "1:2.5.0", reference: .absent,
    kernel: .hashtableImport)

  static let hashtableSize = OpSpec(
    "HASHTABLE_SIZE", [.index], runtimes: "1:2.5.0", reference: .absent, kernel: .hashtableSize)
}
