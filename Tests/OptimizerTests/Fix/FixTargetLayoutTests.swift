import TFLite
import Targets
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// Rules that take pieces of tensors, put them together or give them other axes.
extension FixTargetTests {
  @Test(arguments: ["ethos-u55", "gpu"], ["gru_while", "lstm_while"])
  func `A loop that counts becomes its steps`(target: String, name: String) throws {
    let source = try Fixtures.open(name)
    let fixed = try Fixed(source, options: [("target", target)])
    #expect(fixed.difference <= 1e-6)
    #expect(!fixed.kinds.contains("WHILE"))
    #expect(fixed.file.model.subgraphs.count == 1)
    #expect(fixed.result.target?.after.isFull == true)
  }

  @Test func `GATHER at constant places becomes slices of those that follow one another`() throws {
    let gather = function("GATHER", [1, 9, 4], [1, 4, 4], options: OptionTag.gather) {
      [$0.integers("places", [4], [7, 2, 3, 4])]
    } change: {
      $0?[Gather.axis] = 1
    }
    #expect(try fixed(gather, "ethos-u55", "gathers") == ["SLICE", "SLICE", "CONCATENATION"])
    let one = function("GATHER", [1, 9, 4], [1, 4], options: OptionTag.gather) {
      [$0.integers("place", [], [5])]
    } change: {
      $0?[Gather.axis] = -2
    }
    #expect(try fixed(one, "edgetpu", "gathers") == ["SLICE", "RESHAPE"])
  }

  @Test func `GATHER_ND at constant places becomes slices`() throws {
    let gather = function("GATHER_ND", [3, 4, 5], [2, 5]) {
      [$0.integers("places", [2, 2], [1, 3, 2, 0])]
    }
    let kinds = try fixed(gather, "ethos-u55", "gathers")
    #expect(kinds == ["SLICE", "SLICE", "CONCATENATION", "RESHAPE"])
  }

  @Test func `Places of two axes are put in one row, as floats`() throws {
    var maker = ModelMaker()
    let places = maker.input("places", [2, 3], .int32)
    let table = maker.constant("table", [5, 4], weights(20))
    maker.output(
      maker.operation("GATHER", [table, places], "y", [2, 3, 4], options: OptionTag.gather))
    let kinds = try fixed(maker, "gpu", "gathers")
    #expect(kinds == ["CAST", "RESHAPE", "CAST", "GATHER", "RESHAPE"])
  }

  @Test func `Integers that name no rows stay integers`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3], .int32)
    let shape = maker.integers("shape", [1], [6])
    let y = maker.operation("RESHAPE", [x, shape], "y", [6], options: 17)
    maker.edit(y) { $0.type = .int32 }
    maker.output(y)
    let fixed = try Fixed(try maker.file(), options: [("target", "gpu")])
    #expect(fixed.kinds == ["RESHAPE"])
  }

  @Test func `Places that are added to are computed as floats`() throws {
    var maker = ModelMaker()
    let places = maker.input("places", [3], .int32)
    let two = maker.integers("two", [], [2])
    let table = maker.constant("table", [5, 4], weights(20))
    let sum = maker.operation("ADD", [places, two], "sum", [3], options: OptionTag.add)
    maker.edit(sum) { $0.type = .int32 }
    maker.output(
      maker.operation("GATHER", [table, sum], "y", [3, 4], options: OptionTag.gather))
    #expect(try fixed(maker, "gpu", "indices") == ["CAST", "ADD", "CAST", "GATHER"])
  }

  /// RESHAPE, TRANSPOSE and RESHAPE.
  private func turned(
    _ shape: [Int32], _ split: [Int32], _ order: [Int32], _ made: [Int32]
  ) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", shape)
    let axes = maker.integers("axes", [Int32(order.count)], order)
    let first = maker.integers("first", [Int32(split.count)], split)
    let last = maker.integers("last", [Int32(made.count)], made)
    let a = maker.operation("RESHAPE", [x, first], "a", split, options: 17)
    let b = maker.operation("TRANSPOSE", [a, axes], "b", order.map { split[Int($0)] })
    maker.output(maker.operation("RESHAPE", [b, last], "y", made, options: 17))
    return maker
  }

  @Test func `Windows of six axes need four`() throws {
    let windows = turned(
      [1, 4, 6, 5], [1, 2, 2, 3, 2, 5], [0, 1, 3, 2, 4, 5], [6, 2, 2, 5])
    #expect(try fixed(windows, "gpu", "ranks") == ["RESHAPE", "TRANSPOSE", "RESHAPE"])
  }

  @Test func `Axes that all part are exchanged two runs at a time`() throws {
    let shuffle = turned(
      [1, 12, 2, 5], [1, 3, 2, 2, 2, 5], [0, 1, 4, 2, 5, 3], [1, 3, 4, 10])
    let kinds = try fixed(shuffle, "gpu", "ranks")
    #expect(kinds.allSatisfy { ["RESHAPE", "TRANSPOSE"].contains($0) } && kinds.count <= 6)
  }

  @Test func `Slices of five axes need fewer`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 1, 24])
    let split = maker.integers("split", [5], [3, 1, 2, 1, 4])
    let size = maker.integers("size", [5], [1, 1, 2, 1, 4])
    let shape = maker.integers("shape", [2], [2, 4])
    let parts = maker.operation("RESHAPE", [x, split], "parts", [3, 1, 2, 1, 4], options: 17)
    for place in 0..<3 {
      let begin = maker.integers("begin\(place)", [5], [Int32(place), 0, 0, 0, 0])
      let part = maker.operation("SLICE", [parts, begin, size], "p\(place)", [1, 1, 2, 1, 4])
      maker.output(maker.operation("RESHAPE", [part, shape], "y\(place)", [2, 4], options: 17))
    }
    let kinds = try fixed(maker, "gpu", "flat-slices")
    #expect(kinds.count { $0 == "SLICE" } == 3)
  }

  @Test(arguments: [Int8(0), 1])
  func `Mirrored borders become slices`(mode: Int8) throws {
    let mirrored = function("MIRROR_PAD", [1, 4, 5, 2], [1, 7, 6, 2], options: MirrorPad.mode.tag) {
      [$0.integers("paddings", [4, 2], [0, 0, 2, 1, 0, 1, 0, 0])]
    } change: {
      $0?[MirrorPad.mode] = mode
    }
    let kinds = try fixed(mirrored, "edgetpu", "mirrors")
    #expect(kinds.count { $0 == "SLICE" } == 4 && kinds.count { $0 == "CONCATENATION" } == 2)
  }

  @Test func `What only fills a tensor is computed where the target would have to`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 400])
    let shape = maker.integers("shape", [2], [1, 400])
    let one = maker.constant("one", [], [1.5])
    let ones = maker.operation("FILL", [shape, one], "ones", [1, 400])
    maker.output(maker.operation("ADD", [x, ones], "y", [1, 400], options: OptionTag.add))
    #expect(try fixed(maker, "gpu", "results") == ["ADD"])
  }

  @Test(
    "A file grows much only where the target then gets the whole model", arguments: [true, false])
  func growth(isWhole: Bool) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 20, 20, 2])
    let paddings = maker.integers("paddings", [4, 2], [0, 0, 4, 4, 4, 4, 0, 0])
    var y = maker.operation(
      "MIRROR_PAD", [x, paddings], "y", [1, 28, 28, 2], options: MirrorPad.mode.tag)
    for place in 0..<2 {
      let more = maker.integers("more\(place)", [4, 2], [0, 0, 4, 4, 4, 4, 0, 0])
      let size = Int32(36 + 8 * place)
      y = maker.operation(
        "MIRROR_PAD", [y, more], "y\(place)", [1, size, size, 2], options: MirrorPad.mode.tag)
    }
    if !isWhole { y = maker.operation("SIN", [y], "sine", [1, 44, 44, 2]) }
    maker.output(y)
    let fixed = try Fixed(try maker.file(), options: [("target", "edgetpu")])
    #expect(fixed.kinds.contains("MIRROR_PAD") != isWhole)
    #expect(fixed.result.target?.after.isFull == isWhole)
  }
}
