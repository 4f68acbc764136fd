import Evaluation
import TFLite
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// The interpreter on the model before judges: outputs stay, and each rule removes what it should and
/// nothing that it must not.
@Suite struct FixRuleTests {
  // MARK: Constants, equal operators, identities

  @Test func `Operators on constants are computed`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [4])
    let a = maker.constant("a", [4], [1, 2, 3, 4])
    let b = maker.constant("b", [4], [5, 6, 7, 8])
    let sum = maker.operation("ADD", [a, b], "sum", [4], options: OptionTag.add)
    maker.output(maker.operation("MUL", [x, sum], "y", [4], options: 21))
    let fixed = try Fixed(maker, "constants")
    #expect(fixed.kinds == ["MUL"])
    #expect(fixed.difference == 0)
  }

  @Test func `A constant that would be larger than what it replaces stays computed`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [4096])
    let a = maker.constant("a", [1], [3])
    let times = maker.integers("times", [1], [4096])
    let tiled = maker.operation("TILE", [a, times], "tiled", [4096])
    maker.output(maker.operation("MUL", [x, tiled], "y", [4096], options: 21))
    #expect(try Fixed(maker, "constants").kinds == ["TILE", "MUL"])
  }

  @Test func `A shape is a constant unless the caller chooses it`() throws {
    for isFree in [false, true] {
      var maker = ModelMaker()
      let x = maker.input("x", [1, 6])
      if isFree { maker.edit(x) { $0.shapeSignature = [-1, 6] } }
      let shape = maker.operation("SHAPE", [x], "shape", [2], options: 55)
      maker.edit(shape) { $0.type = .int32 }
      maker.configure { $0?[OptionKey<TensorType>("ShapeOptions", "out_type")] = .int32 }
      let flat = maker.operation(
        "RESHAPE", [maker.operation("RELU", [x], "r", [1, 6]), shape], "y", [1, 6], options: 17)
      if isFree { maker.edit(flat) { $0.shapeSignature = [-1, 6] } }
      maker.output(flat)
      #expect(try Fixed(maker, "constants").kinds.contains("SHAPE") == isFree)
    }
  }

  @Test func `Equal operators become one, others stay`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let a = maker.operation("TANH", [x], "a", [1, 4])
    let b = maker.operation("TANH", [x], "b", [1, 4])
    let c = maker.operation("LOGISTIC", [x], "c", [1, 4])
    let sum = maker.operation("ADD", [a, b], "sum", [1, 4], options: OptionTag.add)
    maker.output(maker.operation("ADD", [sum, c], "y", [1, 4], options: OptionTag.add))
    let fixed = try Fixed(maker, "duplicates")
    #expect(fixed.kinds == ["TANH", "LOGISTIC", "ADD", "ADD"])
    #expect(fixed.difference == 0)
  }

  @Test func `An operator that returns its operand goes, and an output keeps its name`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let a = maker.operation("TANH", [x], "a", [1, 4])
    let shape = maker.integers("shape", [2], [1, 4])
    maker.output(maker.operation("RESHAPE", [a, shape], "y", [1, 4], options: 17))
    let fixed = try Fixed(maker, "identities")
    #expect(fixed.kinds == ["TANH"])
    #expect(fixed.file.model.subgraphs[0].outputs?.first == fixed.file.index("y"))
  }

  @Test func `Adding zero with an activation stays`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let zero = maker.constant("zero", [], [0])
    let y = maker.operation("ADD", [x, zero], "y", [1, 4], options: OptionTag.add)
    maker.configure { $0?[AddOptions.activation] = 1 }
    maker.output(maker.operation("TANH", [y], "z", [1, 4]))
    #expect(try Fixed(maker, "identities").kinds == ["ADD", "TANH"])
  }

  // MARK: Layouts

  @Test func `Transpositions that undo one another go`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 2, 3, 4])
    let there = maker.integers("there", [4], [0, 3, 1, 2])
    let back = maker.integers("back", [4], [0, 2, 3, 1])
    let a = maker.operation("TRANSPOSE", [x, there], "a", [1, 4, 2, 3])
    let b = maker.operation("TRANSPOSE", [a, back], "b", [1, 2, 3, 4])
    maker.output(maker.operation("TANH", [b], "y", [1, 2, 3, 4]))
    #expect(try Fixed(maker, "layout").kinds == ["TANH"])
  }

  @Test func `A chain that something reads in between stays as long as it is`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 2, 3, 4])
    let there = maker.integers("there", [4], [0, 3, 1, 2])
    let shape = maker.integers("shape", [2], [4, 6])
    let a = maker.operation("TRANSPOSE", [x, there], "a", [1, 4, 2, 3])
    maker.output(maker.operation("RESHAPE", [a, shape], "y", [4, 6], options: 17))
    maker.output(maker.operation("TANH", [a], "z", [1, 4, 2, 3]))
    #expect(try Fixed(maker, "layout").kinds == ["TRANSPOSE", "RESHAPE", "TANH"])
  }

  @Test func `A transposition that moves nothing joins the RESHAPE behind it`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 1])
    let order = maker.integers("order", [3], [0, 2, 1])
    let a = maker.operation("TRANSPOSE", [x, order], "a", [1, 1, 8])
    let shape = maker.integers("shape", [2], [2, 4])
    maker.output(maker.operation("RESHAPE", [a, shape], "y", [2, 4], options: 17))
    let fixed = try Fixed(maker, "layout")
    #expect(fixed.kinds == ["RESHAPE"])
    #expect(fixed.difference == 0)
  }

  @Test func `Functions and slices work in the layout around them`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 2, 3, 4])
    let there = maker.integers("there", [4], [0, 3, 1, 2])
    let back = maker.integers("back", [4], [0, 2, 3, 1])
    let begin = maker.integers("begin", [4], [0, 1, 0, 0])
    let size = maker.integers("size", [4], [1, 2, 2, 3])
    let factor = maker.constant("factor", [1, 4, 1, 1], [1, 2, 3, 4])
    let a = maker.operation("TRANSPOSE", [x, there], "a", [1, 4, 2, 3])
    let m = maker.operation("MUL", [a, factor], "m", [1, 4, 2, 3], options: 21)
    let b = maker.operation("SLICE", [m, begin, size], "b", [1, 2, 2, 3])
    let c = maker.operation("LOGISTIC", [b], "c", [1, 2, 2, 3])
    maker.output(maker.operation("TRANSPOSE", [c, back], "y", [1, 2, 3, 2]))
    let fixed = try Fixed(maker, "transposes")
    #expect(fixed.kinds == ["MUL", "SLICE", "LOGISTIC"])
    #expect(fixed.difference == 0)
  }

  @Test func `A reduction keeps its axes where a RESHAPE gives them back`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 5, 8])
    let axes = maker.integers("axes", [1], [2])
    let shape = maker.integers("shape", [3], [1, 5, 1])
    let epsilon = maker.constant("epsilon", [], [0.5])
    let mean = maker.operation("MEAN", [x, axes], "mean", [1, 5], options: 27)
    let sum = maker.operation("ADD", [mean, epsilon], "sum", [1, 5], options: OptionTag.add)
    let wide = maker.operation("RESHAPE", [sum, shape], "wide", [1, 5, 1], options: 17)
    maker.output(maker.operation("SUB", [x, wide], "y", [1, 5, 8], options: 28))
    let fixed = try Fixed(maker, "reshapes")
    #expect(fixed.kinds == ["MEAN", "ADD", "SUB"])
    #expect(fixed.difference == 0)
  }

  @Test func `A pixel shuffle becomes DEPTH_TO_SPACE`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 3, 5, 4])
    let split = maker.integers("split", [6], [1, 3, 5, 2, 2, 1])
    let order = maker.integers("order", [6], [0, 1, 3, 2, 4, 5])
    let shape = maker.integers("shape", [4], [1, 6, 10, 1])
    let a = maker.operation("RESHAPE", [x, split], "a", [1, 3, 5, 2, 2, 1], options: 17)
    let b = maker.operation("TRANSPOSE", [a, order], "b", [1, 3, 2, 5, 2, 1])
    maker.output(maker.operation("RESHAPE", [b, shape], "y", [1, 6, 10, 1], options: 17))
    let fixed = try Fixed(maker, "shuffles")
    #expect(fixed.kinds == ["DEPTH_TO_SPACE"])
    #expect(fixed.difference == 0)
  }

  @Test func `A RESHAPE that broadcasting makes needless goes`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [4])
    let y = maker.input("y", [1, 3, 4])
    let shape = maker.integers("shape", [3], [1, 1, 4])
    let wide = maker.operation("RESHAPE", [x, shape], "wide", [1, 1, 4], options: 17)
    maker.output(maker.operation("ADD", [y, wide], "z", [1, 3, 4], options: OptionTag.add))
    #expect(try Fixed(maker, "broadcasts").kinds == ["ADD"])
  }

  // MARK: Parts

  @Test func `Slices of all indices become UNPACK`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [3, 4])
    let steps = maker.integers("steps", [2], [1, 1])
    for index in 0..<3 {
      let begin = maker.integers("begin\(index)", [2], [Int32(index), 0])
      let end = maker.integers("end\(index)", [2], [Int32(index + 1), 4])
      let part = maker.operation(
        "STRIDED_SLICE", [x, begin, end, steps], "part\(index)", [4], options: 32)
      maker.configure { $0?[StridedSlice.shrinkAxisMask] = 1 }
      maker.output(maker.operation("TANH", [part], "y\(index)", [4]))
    }
    let fixed = try Fixed(maker, "slices")
    #expect(fixed.kinds == ["UNPACK", "TANH", "TANH", "TANH"])
    #expect(fixed.difference == 0)
  }

  @Test func `Products of all parts become one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [3, 1, 4])
    let matrix = maker.constant("matrix", [2, 4], weights(8))
    let bias = maker.constant("bias", [2], [1, 2])
    let parts = maker.operation("UNPACK", [x], ["a", "b", "c"], [1, 4], options: 64)
    maker.configure { $0?[Unpack.count] = 3 }
    for (index, part) in parts.enumerated() {
      maker.output(
        maker.operation(
          "FULLY_CONNECTED", [part, matrix, bias], "y\(index)", [1, 2],
          options: OptionTag.fullyConnected))
    }
    let fixed = try Fixed(maker, "parts")
    #expect(fixed.kinds == ["FULLY_CONNECTED", "UNPACK"])
    #expect(fixed.difference < 1e-6)
  }

  /// Four parts of a tensor with a function each.
  private func gates(_ kinds: [String], isInteger: Bool) throws -> [String] {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8], isInteger ? .int8 : .float32)
    let axis = maker.integers("axis", [], [1])
    let parts = maker.operation("SPLIT", [axis, x], ["a", "b", "c", "d"], [1, 2], options: 35)
    maker.configure { $0?[OptionKey<Int32>("SplitOptions", "num_splits")] = 4 }
    var scales = (parts + [x]).map { ($0, Affine(type: .int8, scale: 0.05, zeroPoint: 3)) }
    for (index, part) in parts.enumerated() {
      let isLogistic = kinds[index] == "LOGISTIC"
      let y = maker.operation(kinds[index], [part], "y\(index)", [1, 2])
      scales.append(
        (
          y,
          Affine(
            type: .int8, scale: isLogistic ? 1 / 256 : 1 / 128, zeroPoint: isLogistic ? -128 : 0)
        ))
      maker.output(y)
    }
    for (tensor, scale) in scales where isInteger {
      maker.edit(tensor) {
        $0.type = .int8
        $0.quantization = scale.quantization
      }
    }
    // The constants of SLICE outweigh one operator; a network of cells shares them.
    let file = try maker.file()
    let job = Job(file: file, options: RunOptions(), selection: Selection())
    var editor = GraphEditor(file.model, subgraph: 0, job: job)
    try SplitFunctions().apply(to: &editor)
    let check = FixVerification(
      file: file, options: job.interpreter, samples: CalibrationSource())
    #expect(try check.compare(file.model, editor.model) == .holds(0))
    return editor.operators.map { editor.kind(of: $0).description }
  }

  @Test func `A function of all parts is computed before they are parts`() throws {
    let kinds = try gates(["TANH", "TANH", "TANH", "TANH"], isInteger: false)
    #expect(kinds == ["TANH", "SPLIT"])
  }

  @Test func `A function of three of four parts is computed before only for integers`() throws {
    let all = ["LOGISTIC", "TANH", "LOGISTIC", "LOGISTIC"]
    #expect(try gates(all, isInteger: true) == ["SLICE", "LOGISTIC", "SPLIT", "TANH"])
    #expect(try gates(all, isInteger: false) == ["SPLIT"] + all)
  }
}
