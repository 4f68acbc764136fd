import Evaluation
import OpSet
import Platform
import TFLite
import Testing

@testable import Optimizer

/// Every choice of float operators of a small model judges; LiteRT's times are in `KernelTime`.
@Suite struct FastestFormsTests {
  /// A dense layer, a normalization in pieces, and a dense layer.
  private func normalized(_ size: Int32) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, size])
    let first = maker.dense(x, "first", depth: size, units: size, factor: 0.01)
    let axis = maker.integers("axis", [1])
    func mean(_ x: Int32, _ name: String) -> Int32 {
      let mean = maker.operation("MEAN", [x, axis], name, [1, 1], options: Reducer.keepDims.tag)
      maker.configure { $0?[Reducer.keepDims] = true }
      return mean
    }
    let square = maker.operation(
      "SQUARED_DIFFERENCE", [first, mean(first, "mean")], "square", [1, size])
    let root = maker.operation("RSQRT", [mean(square, "variance")], "root", [1, 1])
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

  @Test(arguments: [8, 256] as [Int32]) func `No other choice is faster`(size: Int32) throws {
    let (forms, graph) = try forms(normalized(size))
    let integers = graph.operators[0].filter { graph.isInteger($0.place) && !$0.hasWeights }
      .map(\.place)
    #expect(integers.count == 5)
    let gains = (0..<1 << integers.count).map { mask in
      let floats = integers.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
      return forms.gain(of: Dictionary(uniqueKeysWithValues: floats.map { ($0, .standsAlone) }))
    }
    #expect(forms.gain(of: forms.cheapest) >= (gains.max() ?? 0) * (1 - 1e-12))
    #expect(gains[0] == 1)
    // A squared difference takes 7 ns an element, a conversion 300 ns and little more.
    #expect(forms.cheapest.isEmpty == (size == 8))
  }

  @Test func `Layers that XNNPACK runs stay integer`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let one = maker.dense(x, "one", depth: 64, units: 64)
    let two = maker.dense(one, "two", depth: 64, units: 64)
    maker.output(maker.operation("ADD", [one, two], "y", [1, 64]))
    let (forms, _) = try forms(maker.file())
    #expect(forms.cheapest.isEmpty && forms.gain(of: forms.all) < 1)
  }

  @Test func `Normalization in pieces is float where outputs gain by it too`() throws {
    let file = try normalized(256)
    let model = try IntegerModel(file, samples: IntegerModel.samples(of: file, 24), effort: 2)
    #expect(model.reason("root") == .isFasterFloat)
    let weights = model.file.model.subgraphs[0].tensors.filter { $0.shape == [256, 256] }
    #expect(weights.map(\.type) == [.int8])
  }
}
