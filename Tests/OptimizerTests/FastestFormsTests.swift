import Evaluation
import OpSet
import Platform
import TFLite
import Testing

@testable import Optimizer

/// Every choice of float operators of a small model judges; LiteRT's times are in `KernelTime`.
@Suite struct FastestFormsTests {
  /// A dense layer, a root mean square in pieces, and a dense layer.
  private func normalized(_ size: Int32) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, size])
    let first = maker.dense(x, "first", depth: size, units: size)
    let far = maker.constant("far", [1], [3])
    let square = maker.operation("SQUARED_DIFFERENCE", [first, far], "square", [1, size])
    let root = maker.operation("RSQRT", [square], "root", [1, size])
    let scaled = maker.operation("MUL", [first, root], "scaled", [1, size])
    maker.output(maker.dense(scaled, "last", depth: size, units: 4))
    return try maker.file()
  }

  private func forms(_ file: ModelFile) throws -> (FastestForms, IntegerGraph) {
    let job = Job(file: file, options: RunOptions(), selection: Selection())
    let samples = try IntegerModel.samples(of: file, 4)
    let statistics = try Calibrator(file, options: job.interpreter)
      .statistics(on: CalibrationSource(count: samples.count) { samples[$0] }.samples)
    let state = try IntegerState(
      file.model, statistics, IntegerOptions(mode: .int8), known: [:], job)
    return (FastestForms(file.model, state.graph), state.graph)
  }

  @Test(arguments: [8, 64] as [Int32]) func `No other choice is faster`(size: Int32) throws {
    let (forms, graph) = try forms(normalized(size))
    let integers = graph.operators[0].filter { graph.isInteger($0.place) && !$0.hasWeights }
      .map(\.place)
    #expect(integers.count == 3)
    let gains = (0..<1 << integers.count).map { mask in
      let floats = integers.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
      return forms.gain(of: Dictionary(uniqueKeysWithValues: floats.map { ($0, .standsAlone) }))
    }
    #expect(forms.gain(of: forms.cheapest) >= (gains.max() ?? 0) * (1 - 1e-12))
    #expect(gains[0] == 1 && forms.cheapest.count >= 1)
  }

  @Test func `Layers that XNNPACK runs stay integer`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let one = maker.dense(x, "one", depth: 64, units: 64)
    maker.output(maker.operation("ADD", [one, maker.dense(one, "two", depth: 64, units: 64)], "y", [1, 64]))
    let (forms, _) = try forms(maker.file())
    #expect(forms.cheapest.isEmpty && forms.gain(of: forms.all) < 1)
  }

  @Test func `Normalization in pieces is float where outputs gain by it too`() throws {
    let file = try normalized(64)
    let model = try IntegerModel(file, samples: IntegerModel.samples(of: file, 24), effort: 2)
    #expect(model.reason("root") == .isFasterFloat)
    let weights = model.file.model.subgraphs[0].tensors.filter { $0.shape == [64, 64] }
    #expect(weights.map(\.type) == [.int8])
  }
}
