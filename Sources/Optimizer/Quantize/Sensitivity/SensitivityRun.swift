import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite

/// Measures what each operator loses at the outputs where it alone computes with integers.
///
/// Weights, biases and activations are rounded as `quantize` with effort 1 rounds them; the rest of
/// the model stays float.
package struct SensitivityRun {
  private let run: StatisticsRun
  private let statistics: CalibrationStatistics
  private let samples: SampleSource
  private var job: Job { run.job }
  private var model: Model { run.model }

  /// Multiplications, and values at ten each, of a measurement. A BERT encoder of 258 operators exceeds it
  /// and gets the least of samples: 70 s for int8 on two busy cores.
  private static let budget = SearchLimit.of("SensitivityRun.budget", 3e11)
  /// The most samples. With half as many, which set the ranges too, figures of the digit classifier and of
  /// a keyword model move by up to 4.4 dB; the most harmful operators stay the same.
  private static let most = SearchLimit.of("SensitivityRun.most", 32)
  private static let least = 4

  /// `samples` are the file's. Throws `ModelFault`, or what reading a sample throws.
  package init(
    on file: ModelFile, options: RunOptions, samples: CalibrationSource
  ) throws {
    run = try StatisticsRun(on: file, options: options)
    statistics = try samples.statistics ?? run.statistics(on: samples.samples)
    self.samples = samples.samples.fitting(
      run.model, from: file.model, signature: options.signature)
  }

  /// Throws `OptimizerFault.notResumable` for a model that cannot continue from the middle.
  package func sensitivities(_ forms: [SensitivityForm]) throws -> Sensitivities {
    let file = job.file.with(model)
    let probes = Probes.tensors(of: model, signature: job.options.signature)
    let states = try forms.map { form in
      try IntegerState(model, statistics, form.options, known: [:], job)
    }
    let main = main
    let trials = try zip(forms, states).map { form, state in
      OperatorTrials.Form(
        model: try state.roundedWeights(),
        encodings: form.isOfWeights ? [:] : state.parameters.byTensor,
        operators: try operators(form, state, in: main))
    }
    let order = try samples.order(threads: job.options.threads)
    var multiplications: [Int: Int] = [:]
    let cost = try RunCost.of(file, try samples.sample(order[0]), job.interpreter) {
      if $0.subgraph == main { multiplications[$0.operatorIndex] = $0.multiplications }
    }
    // On the average an operator's run begins in the middle.
    let runs = Double(trials.reduce(0) { $0 + $1.operators.count }) / 2 + 1
    let count = min(
      order.count, Self.most,
      max(Self.least, Budget(multiplications: Self.budget).count(of: cost * runs)))
    let measured = try OperatorTrials(
      file, forms: trials, probes: probes, samples: count, job.interpreter)
    guard let measured else { throw OptimizerFault.notResumable }
    let noises = try measured.noises(over: count) { try samples.sample(order[$0]) }
    return sensitivities(forms, noises, multiplications, samples: count, states.first)
  }

  /// The subgraph that is run.
  private var main: Int {
    let chosen = model.signatures.first { $0.key?.description == job.options.signature }
    return Int(chosen?.subgraphIndex ?? 0)
  }

  /// The operators that have the form; narrow ones only where the weights have as few bits.
  private func operators(
    _ form: SensitivityForm, _ state: IntegerState, in main: Int
  ) throws -> Set<Int> {
    Set(
      try state.graph.operators[main].filter { entry in
        guard state.graph.isInteger(entry.place) else { return false }
        return try !form.isNarrow
          || entry.constantWeights.contains { try state.weights(of: entry, $0).isNarrow }
      }.map(\.place.index))
  }

  private func sensitivities(
    _ forms: [SensitivityForm], _ noises: [[Double?]], _ multiplications: [Int: Int],
    samples: Int, _ state: IntegerState?
  ) -> Sensitivities {
    let main = main
    // Folding removed operators: the input model has others at these indices.
    var places: [TensorID: Int] = [:]
    for (index, entry) in job.file.model.subgraphs[main].operators.enumerated() {
      if let key = entry.planKey(in: main) { places[key] = index }
    }
    var owners: [TensorID: Int] = [:]
    var (total, rows) = (0, [OperatorSensitivity]())
    for entry in state?.graph.operators[main] ?? [] {
      guard let key = entry.planKey, let place = places[key] else { continue }
      let constants = entry.constantWeights.map(\.id)
      let weights = constants.filter { owners[$0] == nil }
        .reduce(0) { $0 + (model[$1].elementCount ?? 0) }
      let owner = constants.compactMap { owners[$0] }.first ?? place
      for id in constants where owners[id] == nil { owners[id] = owner }
      total += weights
      guard noises[entry.place.index].contains(where: { $0 != nil }) else { continue }
      rows.append(
        OperatorSensitivity(
          index: place, kind: entry.name, output: model[key].label, weights: weights,
          owner: owner, multiplications: multiplications[entry.place.index] ?? 0,
          noises: noises[entry.place.index]))
    }
    return Sensitivities(
      subgraph: main, forms: forms, operators: rows, weights: total,
      multiplications: multiplications.values.reduce(0, +), samples: samples)
  }
}

extension IntegerOperator {
  fileprivate var constantWeights: [Operand] {
    inputs.filter { $0.role.isWeight && $0.isConstant }
  }
}

extension IntegerWeights {
  fileprivate var isNarrow: Bool { encoding.bits != .eight }
}
