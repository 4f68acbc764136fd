import TFLite
import TestSupport
import Testing

@testable import Samples

/// Bad samples among good ones: all are named at once, or left out and counted.
@Suite struct BadSampleTests {
  private let workspace: Workspace
  private let inputs = [SampleInput.float("x", [1, 2])]

  init() throws { workspace = try Workspace() }

  /// Twenty samples, of which every third is bad.
  private func mixed(_ folder: String = "s") throws -> String {
    for index in 0..<20 {
      let values: [Float] = index % 3 == 1 ? [.nan, 1] : [Float(index), 1]
      try workspace.write(.floats(values, [2]), to: "\(folder)/\(index).npy")
    }
    return workspace.path(folder)
  }

  private func fault(_ body: () throws -> Void) -> SampleFault? {
    do {
      try body()
      return nil
    } catch {
      return error as? SampleFault
    }
  }

  @Test func `all bad samples are named at once, wherever one is met`() throws {
    let set = try SampleSet(path: mixed(), inputs: inputs)
    #expect(throws: Never.self) { try set.sample(at: 0) }
    for index in [1, 19] {
      let fault = try #require(fault { _ = try set.sample(at: index) })
      #expect(workspace.neutral(fault.message) == "7 of 20 samples of '<>/s' cannot be used")
      #expect(fault.notes.count == 7)
      #expect(
        workspace.neutral(fault.notes[1])
          == "the sample '<>/s/4.npy' for input 'x' has NaN or infinity at element 0")
      #expect(fault.help == "--skip-bad leaves such samples out")
    }
    for index in 0..<12 { try workspace.write([1], to: "s/bad\(index).npy") }
    let more = try SampleSet(path: workspace.path("s"), inputs: inputs)
    let many = try #require(fault { _ = try more.sample(at: 31) })
    #expect(workspace.neutral(many.message) == "19 of 32 samples of '<>/s' cannot be used")
    #expect(many.notes.count == 11 && many.notes[10] == "and 9 more")
  }

  @Test func `bad samples are left out, and said`() throws {
    let folder = try mixed()
    let set = try SampleSet(path: folder, inputs: inputs, skipsBad: true)
    #expect(set.count == 13 && set.bad.map(\.name).prefix(2) == ["1.npy", "4.npy"])
    let first = try (0..<13).map { try set.sample(at: $0)[0].floats[0] }
    #expect(first == [0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
    #expect(set.name(of: 1) == "2.npy" && set.warnings.count == 8)
    #expect(set.warnings[0] == "7 of 20 samples were left out, since they cannot be used")
    #expect(workspace.neutral(set.warnings[1]).hasPrefix("left out: the sample '<>/s/1.npy'"))
    // Labels stay with their samples.
    let labels = (0..<20).map { "\($0)\n" }.joined()
    try workspace.write(Array(labels.utf8), to: "l.csv")
    let classes = try Labels(.file(workspace.path("l.csv")), for: set).classes
    #expect(classes.map(Float.init) == first)
    let few = try SampleSet(path: folder, inputs: inputs, maxSamples: 10, skipsBad: true)
    #expect(few.count == 6 && few.bad.count == 4)
    for index in 0..<20 { try workspace.write([1], to: "none/\(index).npy") }
    let none = fault {
      _ = try SampleSet(path: workspace.path("none"), inputs: inputs, skipsBad: true)
    }
    #expect(none?.message.hasPrefix("20 of 20 samples of ") == true)
  }

  @Test func `a batch has bad samples, too`() throws {
    try workspace.write(.floats([0, 1, .infinity, 1, 2, 1], [3, 2]), to: "b.npy")
    let set = try SampleSet(path: workspace.path("b.npy"), inputs: inputs, skipsBad: true)
    #expect(set.count == 2 && set.bad.map(\.name) == ["b.npy[1]"])
    #expect(try set.sample(at: 1)[0].floats == [2, 1])
    let values = [1] + [Float](repeating: .nan, count: 9999)
    try workspace.write(.floats(values, [5000, 2]), to: "many.npy")
    let many = try SampleSet(path: workspace.path("many.npy"), inputs: inputs)
    let found = try #require(fault { _ = try many.sample(at: 7) })
    #expect(
      found.message.hasPrefix("5000 of 5000 samples of ") && found.notes[10] == "and 4990 more")
    guard case .bad(let faults, _, _, _) = found else { throw found }
    #expect(faults.count == 1000)
  }

  @Test func `archives of several inputs have files of other formats among them`() throws {
    for name in ["s/1.npz", "s/2.npz"] {
      try workspace.write([("a", .ramp([1])), ("b", .ramp([1]))], to: name)
    }
    try workspace.write([1], to: "s/3.gif")
    let two = [SampleInput.float("a", [1]), .float("b", [1])]
    let fault = fault { _ = try SampleSet(path: workspace.path("s"), inputs: two) }
    #expect(fault?.message.hasSuffix("3.gif' is a GIF image, which is not read") == true)
    let set = try SampleSet(path: workspace.path("s"), inputs: two, skipsBad: true)
    #expect(set.count == 2)
  }

  @Test func `several paths add up`() throws {
    for (folder, start) in [("a", 0), ("b", 10)] {
      for index in 0..<2 {
        try workspace.write(.ramp([2], from: start + index), to: "\(folder)/cat/\(index).npy")
      }
    }
    try workspace.write(.ramp([2], from: 20), to: "b/dog/0.npy")
    try workspace.write(.ramp([3, 2], from: 30), to: "c.npy")
    let paths = ["a", "c.npy", "b"].map(workspace.path)
    let set = try SampleSet(paths: paths, inputs: inputs)
    let first = try (0..<set.count).map { try set.sample(at: $0)[0].floats[0] }
    #expect(first == [0, 1, 30, 32, 34, 10, 11, 20])
    #expect(
      set.name(of: 3) == "c.npy[1]" && set.description(of: 7) == workspace.path("b/dog/0.npy"))
    let classes = try SampleSet(paths: [paths[0], paths[2]], inputs: inputs)
    #expect(try Labels(.folders, for: classes).classes == [0, 0, 0, 0, 1])
    let some = try SampleSet(paths: paths, inputs: inputs, maxSamples: 4)
    #expect(try (0..<4).map { try some.sample(at: $0)[0].floats[0] } == [1, 32, 10, 20])
    #expect(throws: SampleFault.self) {
      try SampleSet(paths: paths + [workspace.path("no")], inputs: inputs)
    }
  }

  @Test func `real values for an integer input are read as such`() throws {
    let encoding = Affine(type: .int8, scale: 0.5, zeroPoint: 0)
    let input = SampleInput(name: "x", type: .int8, shape: [1, 2], encoding: encoding)
    let set = try SampleSet(path: mixed(), inputs: [input], skipsBad: true)
    try workspace.write(.floats([0.25, 1], [2]), to: "s/half.npy")
    try workspace.write([1], to: "s/a.webp")
    let halves = try SampleSet(path: workspace.path("s"), inputs: [input], skipsBad: true)
    #expect(set.count == 13 && halves.count == 14)
    let fault = try #require(fault { _ = try halves.sample(at: 13) })
    #expect(fault.isOfReals)
    #expect(try halves.asReals().sample(at: 13) == [.floats([0.25, 1], [1, 2])])
  }
}
