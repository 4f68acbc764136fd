import TFLite

/// The facts about one builtin operator.
package struct OpSpec: Sendable {
  package let kind: BuiltinOperator
  let operands: Operands
  package let channelFlow: ChannelFlow
  /// Nil for an operator that multiplies no rows, such as recurrent and elementwise ones.
  package let product: ProductGeometry?
  package let multiplicationRule: MultiplicationRule
  package let traits: Traits
  package let scaleRule: ScaleRule
  /// The modes for which the runtime has kernels that compute the same function as the float
  /// kernel. A kernel that treats quantized values as plain integers does not count.
  package let modes: Modes
  /// Traps of the modes that the operator has.
  package let traps: [Trap]
  package let limits: RuntimeLimits
  package let integerLimit: IntegerLimit?
  package let valueUse: ValueUse
  package let monotone: MonotoneFunction?
  package let hybrid: HybridRule?
  /// Nil where weights have at least eight bits.
  package let narrow: NarrowRule?
  /// Nil where weights must be dense.
  package let sparse: SparseRule?
  let time: KernelTime
  /// The option that tells an int16x8 kernel the type of its bias. Unset, and where there is none,
  /// the kernel reads int64.
  package let biasTypeKey: OptionKey<TensorType>?
  /// First match wins; the last is unconditional.
  package let versions: [VersionRow]
  /// One for each version that the runtime registers, ascending.
  package let runtimes: [RuntimeRelease]
  let kernelReleases: [KernelRelease]
  let reference: ReferenceResolver
  /// The function of two elements that the operator computes; nil for other operators.
  package let fold: ElementFold?
  /// The kernel of the interpreter; nil where there is none yet.
  package let kernel: OpKernel?
  /// Nil where gradients end.
  package let gradient: OpGradient?

  /// The entry of the operator in the runtime's reference resolver.
  enum ReferenceResolver: Sendable {
    case complete
    case upTo(Int32)
    case absent
  }

  /// `name` is the schema's. `values` is nil for `.sameAsOutput` where the scale is the inputs', and
  /// `.all` elsewhere. `runtimes` is a list such as "1:1.5.0 2:1.14.0".
  init(
    _ name: String, _ operands: Operands, channels: ChannelFlow = .needsAll,
    product: ProductGeometry? = nil, multiplications: MultiplicationRule = .byOutputs,
    traits: Traits = [],
    scale: ScaleRule = .none, modes: Modes = [], values: ValueUse? = nil,
    traps: [Trap] = [], limits: RuntimeLimits = .none,
    integerLimit: IntegerLimit? = nil, monotone: MonotoneFunction? = nil,
    hybrid: HybridRule? = nil, narrow: NarrowRule? = nil, sparse: SparseRule? = nil,
    time: KernelTime = .usual,
    biasTypeKey: OptionKey<TensorType>? = nil,
    versions: [VersionRow] = .always1,
    runtimes: String, kernels kernelReleases: [KernelRelease] = [],
    reference: ReferenceResolver = .complete, fold: ElementFold? = nil,
    kernel: OpKernel? = nil, gradient: OpGradient? = nil
  ) {
    guard let kind = BuiltinOperator(named: name) else {
      preconditionFailure("the schema has no operator \(name)")
    }
    self.kind = kind
    self.operands = operands
    channelFlow = channels
    self.product = product
    multiplicationRule = multiplications
    self.traits = traits
    scaleRule = scale
    self.modes = hybrid == nil ? modes : modes.union(.dynamic)
    self.traps = traps
    self.limits = limits
    self.integerLimit = integerLimit
    valueUse = values ?? (scale == .sameAsInputs ? .sameAsOutput : .all)
    self.monotone = monotone
    self.hybrid = hybrid
    self.narrow = narrow
    self.sparse = sparse
    self.time = time
    self.biasTypeKey = biasTypeKey
    self.versions = versions
    self.runtimes = RuntimeRelease.list(runtimes)
    self.kernelReleases = kernelReleases
    self.reference = reference
    self.fold = fold
    self.kernel = kernel
    self.gradient = gradient
  }

  /// `count` is the number of inputs that the operator has, absent ones included.
  package func role(ofInput index: Int, count: Int) -> Role {
    operands.role(at: index, count: count)
  }

  /// The input has the scale and zero point of the outputs.
  package func sharesScale(ofInput index: Int, count: Int) -> Bool {
    guard scaleRule == .sameAsInputs else { return false }
    let role = role(ofInput: index, count: count)
    return role == .activation || role == .parameter || role.isWeight
  }

  /// Where the bias of a product stands among the inputs; nil for operators without.
  package var biasPosition: Int? {
    (0..<4).first { position in
      if case .bias = role(ofInput: position, count: 4) { true } else { false }
    }
  }

  /// Returns the version that the converter would write.
  package func version(for signature: OperatorSignature) -> Int32 {
    versions.first { $0.applies(to: signature) }?.version ?? 1
  }

  /// Returns the least runtime release that has the version; nil for one that none has.
  package func release(ofVersion version: Int32) -> RuntimeVersion? {
    runtimes.first { $0.version == version }?.release
  }

  package var minVersion: Int32 { runtimes.first?.version ?? 1 }

  package var maxVersion: Int32 { runtimes.last?.version ?? 1 }

  /// Nil where the reference resolver does not have the operator.
  package var maxReferenceVersion: Int32? {
    switch reference {
    case .complete: maxVersion
    case .upTo(let version): version
    case .absent: nil
    }
  }
}
