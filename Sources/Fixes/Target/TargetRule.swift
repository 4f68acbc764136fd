import TFLite

/// A way to rewrite an operator that a target refuses into operators that it takes. It is tried only there,
/// and kept only if the target refuses less afterwards.
protocol TargetRule: FixRule {
  /// The operators that it is for.
  static var kinds: Set<BuiltinOperator> { get }
}
