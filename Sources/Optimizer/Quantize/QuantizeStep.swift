import Evaluation
import TFLite

/// Stores weights, or weights and activations, in fewer bits.
///
/// Helps size, and speed where kernels compute with the integers. The mode says what becomes of what;
/// options that a mode would ignore are errors, not silence.
package struct QuantizeStep: Step, Equatable {
  package enum Mode: String, CaseIterable, Sendable {
    case float16, dynamic, int8, int16x8

    /// Activations become integers, for which samples are needed.
    package var integerMode: IntegerMode? { IntegerMode(rawValue: rawValue) }
  }

  package let mode: Mode
  package var weightsOnly = false
  package var symmetricActivations = false {
    didSet { integer?.isSymmetric = symmetricActivations }
  }
  package var allowsFloat16Compute = false

  /// For the integer modes; nil in all others.
  package var integer: IntegerOptions?

  package init() { self.init(mode: .dynamic) }

  package init(mode: Mode) {
    self.mode = mode
    integer = mode.integerMode.map(IntegerOptions.init)
  }

  package static let name = "quantize"
  package static let summary = "store weights, or weights and activations, in fewer bits"
  package static let example = "quantize:mode=float16|dynamic|int8|int16x8"
  package static let passes: [any Pass.Type] = [
    Float16.self, DynamicRange.self, LiftIntegers.self, StaticInteger.self,
  ]

  package static let command: StepCommand? = StepCommand(
    usage: "--mode float16|dynamic|int8|int16x8",
    examples: [
      "quantize model.tflite --mode int8 --rep-data samples",
      "quantize model.tflite --mode float16",
      "quantize model.tflite --mode dynamic --max-size 5M -o small.tflite",
      "quantize model.tflite --mode dynamic --rep-data samples --min-sqnr 30",
    ], extras: [(.calibration, "range")], rank: 1)

  package static let variants: [Self] = {
    var averaged = Self(mode: .int8)
    averaged.integer?.range = .ema
    return Mode.allCases.map(Self.init) + [averaged]
  }()

  package mutating func check(_ given: GivenOptions) throws(StepFault) {
    if mode != .dynamic, weightsOnly {
      throw StepFault("weights-only belongs to mode 'dynamic', not '\(mode.rawValue)'")
    }
    if symmetricActivations, mode != .dynamic, mode != .int8 {
      throw StepFault(
        "symmetric-activations belongs to modes 'dynamic' and 'int8', not '\(mode.rawValue)'")
    }
    if mode != .float16, allowsFloat16Compute {
      throw StepFault("allow-fp16-compute belongs to mode 'float16', not '\(mode.rawValue)'")
    }
    if weightsOnly, symmetricActivations {
      throw StepFault("with weights-only no activation is quantized")
    }
  }

  package var suffix: String { mode.rawValue }
  package var mayGrow: Bool { false }

  package var needs: StepNeeds {
    guard let integer else { return StepNeeds() }
    let missing = StepFault(
      "\(suffix) quantization needs representative data",
      help: "pass a folder with --rep-data DIR or statistics with --calibration FILE, "
        + "or use --mode dynamic, which needs none")
    guard integer.range == .ema else { return StepNeeds(samples: missing, statistics: .taken) }
    let refusal = StepFault(
      "range 'ema' needs single samples, which --calibration does not have",
      help: "pass them with --rep-data DIR alone, or use another range")
    return StepNeeds(samples: missing, statistics: .refused(refusal))
  }

  package func passes(for run: StepRun) -> [any Pass] {
    if var integer {
      integer.signature = run.signature ?? integer.signature
      return [LiftIntegers(for: integer.mode), StaticInteger(integer, samples: run.samples)]
    }
    if mode == .float16 { return [Float16(allowsReducedPrecision: allowsFloat16Compute)] }
    return [
      DynamicRange(weightsOnly: weightsOnly, symmetricActivations: symmetricActivations)
    ]
  }

  package func result(in context: PassContext) -> (any StepResult)? {
    guard let integer, let calibration = context.calibration else { return nil }
    return IntegerResult(options: integer, calibration: calibration)
  }
}

/// How activations were calibrated, and with which options.
package struct IntegerResult: StepResult {
  package let options: IntegerOptions
  package let calibration: CalibrationSummary
}
