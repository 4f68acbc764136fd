import Interpreter
import OpSet
import TFLite

/// The float model and the model that is trained beside it, on one thread.
package final class TrainerLane: Lane, @unchecked Sendable {
  package let teacher: Interpreter
  package let student: Interpreter
  private let probes: [Trainer.Probe]
  /// Whether the float model has a part in what is wanted; else labels alone say it.
  var needsTeacher = true
  private let roundings: [TensorID: Affine]
  /// What computes the student's values; nil where the student does.
  private let twin: TwinRun?
  /// The values between the outermost steps.
  private let ranges: [TensorID: ClosedRange<Float>]
  /// The gradients for the shapes of the last sample.
  private var way: Backpropagation?
  private var shapes: [[Int]] = []
  /// The shapes for which the student has run.
  private var ready: [[Int]] = []

  /// The interpreters must keep all values of a run.
  init(
    teacher: Interpreter, student: Interpreter, probes: [Trainer.Probe],
    roundings: [TensorID: Affine] = [:], twin: TwinRun? = nil
  ) {
    self.roundings = roundings
    self.twin = twin
    // Within a hundredth of a step of the outermost one a value is cut off.
    ranges = roundings.mapValues { rounding in
      let (least, most) = (rounding.steps.lowerBound, rounding.steps.upperBound)
      return (least + 0.01) * rounding.scale...(most - 0.01) * rounding.scale
    }
    self.teacher = teacher
    self.student = student
    self.probes = probes
  }

  /// The operators at which gradients ended.
  var ends: [String] { way?.ends ?? [] }

  package var interpreters: [Interpreter] {
    [teacher, student] + [twin?.interpreter].compactMap(\.self)
  }

  /// Gives the models the variables' values, of which `version` is the number.
  func take(_ states: [AdaptedValues], version: Int = 0) {
    guard student.constants != version else { return }
    for state in states { state.show(in: student) }
    for interpreter in [student] + [twin?.interpreter].compactMap(\.self) {
      interpreter.constants = version
    }
    twin?.take(Dictionary(uniqueKeysWithValues: states.flatMap(\.scales)))
  }

  /// Adds the gradients of Σ weight × loss over the probes, and returns that sum.
  package func addGradients(
    on sample: [DenseArray], labels: MixedLabels = [], _ weights: [Float],
    to gradients: [TensorID: UnsafeMutablePointer<Float>]
  ) throws -> Double {
    if needsTeacher {
      teacher.resetState()
      _ = try teacher.run(sample)
    }
    try runStudent(sample)
    if way == nil || shapes != sample.map(\.shape) {
      way = try Backpropagation(
        student, variables: Set(gradients.keys), ranges: ranges)
      shapes = sample.map(\.shape)
    }
    guard let way else { return 0 }
    var loss = 0.0
    for (probe, weight) in zip(probes, weights) where weight > 0 {
      guard let found = student.value(of: probe.id),
        let wanted = needsTeacher ? teacher.value(of: probe.wanted) : found,
        wanted.count == found.count, let gradient = way.gradient(of: probe.id)
      else { continue }
      loss += probe.goal.add(found, wanted: wanted, labels: labels, weight: weight, to: gradient)
    }
    try way.run(into: gradients)
    return loss
  }

  func runStudent(_ sample: [DenseArray]) throws {
    try student.set(sample)
    student.resetState()
    if let twin {
      // A run of its own makes what follows from constants, which gradients read.
      if ready != sample.map(\.shape) { try student.run() }
      ready = sample.map(\.shape)
      return try twin.run(sample)
    }
    guard !roundings.isEmpty else { return try student.run() }
    for index in sample.indices { round(student.inputValue(index)) }
    try student.run { [self] observation in
      for output in observation.outputs { round(output) }
    }
  }

  private func round(_ value: Value) {
    guard value.type == .float32, let rounding = roundings[value.id] else { return }
    student.kernels.observation.round(
      value.floats, value.count, rounding.scale, rounding.steps.lowerBound,
      rounding.steps.upperBound)
  }
}
