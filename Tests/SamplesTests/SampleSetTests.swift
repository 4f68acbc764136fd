import TFLite
import TestSupport
import Testing

@testable import Samples

/// Every layout of samples; the arrays are ramps, so a wrong sample or slice has other elements.
@Suite struct SampleSetTests {
  private let workspace: Workspace
  private let one = [SampleInput.float("x", [1, 2, 3])]
  private let two = [SampleInput.float("a", [1, 2]), .float("serving_default_b:0", [1, 3])]

  init() throws { workspace = try Workspace() }

  private func all(
    _ name: String, _ inputs: [SampleInput], maxSamples: Int? = nil
  ) throws -> [[DenseArray]] {
    let set = try SampleSet(
      path: name.isEmpty ? workspace.path : workspace.path(name), inputs: inputs,
      maxSamples: maxSamples)
    return try (0..<set.count).map { try set.sample(at: $0) }
  }

  // MARK: Files

  @Test func `a folder has a file for each sample, in natural order`() throws {
    try workspace.write(.ramp([2, 3], from: 20), to: "s/10.npy")
    try workspace.write(.ramp([1, 2, 3], from: 10), to: "s/2.npy")
    try workspace.write(DenseArray.ramp([2, 3], from: 30).bytes, to: "s/11.bin")
    try workspace.write([("y", .ramp([1])), ("x", .ramp([2, 3]))], to: "s/1.npz")
    for name in [".hidden.npy", "labels.txt", "README.md", "y.csv"] {
      try workspace.write([1], to: "s/\(name)")
    }
    let set = try SampleSet(path: workspace.path("s/"), inputs: one)
    #expect(set.count == 4)
    for index in 0..<4 {
      #expect(try set.sample(at: index) == [.ramp([1, 2, 3], from: 10 * index)])
    }
    #expect(set.description(of: 2) == workspace.path("s/10.npy"))
    #expect(
      set.skipped.map { FileName.name($0) } == [".hidden.npy", "README.md", "labels.txt", "y.csv"])
    #expect(throws: SampleFault.noSample(index: 4, count: 4)) { try set.sample(at: 4) }
  }

  @Test func `a folder has an archive for each sample of several inputs`() throws {
    try workspace.write([("b", .ramp([3])), ("a", .ramp([2], from: 5))], to: "1.npz")
    try workspace.write([("arr_0", .ramp([1, 2])), ("arr_1", .ramp([1, 3]))], to: "2.npz")
    #expect(
      try all("", two) == [
        [.ramp([1, 2], from: 5), .ramp([1, 3])], [.ramp([1, 2]), .ramp([1, 3])],
      ])
  }

  @Test func `a folder has a folder for each sample`() throws {
    for index in [0, 1, 10] {
      try workspace.write(.ramp([1, 3], from: index), to: "s\(index)/b.npy")
      try workspace.write(DenseArray.ramp([1, 2], from: index).bytes, to: "s\(index)/a.raw")
    }
    let set = try SampleSet(path: workspace.path, inputs: two)
    #expect(try set.sample(at: 2) == [.ramp([1, 2], from: 10), .ramp([1, 3], from: 10)])
    #expect(
      set.description(of: 1) == "\(workspace.path("s1/a.raw")), \(workspace.path("s1/b.npy"))")
  }

  @Test func `a folder has a folder for each input`() throws {
    for index in 0..<3 {
      try workspace.write(.ramp([3], from: index), to: "b/f\(index).npy")
      try workspace.write(.ramp([2], from: index), to: "a/\(index).npy")
    }
    let expected = (0..<3).map { [DenseArray.ramp([1, 2], from: $0), .ramp([1, 3], from: $0)] }
    #expect(try all("", two) == expected)
    try workspace.write(.ramp([2]), to: "a/3.npy")
    #expect(
      throws: SampleFault.unevenCounts([
        .init(input: "a", source: workspace.path("a"), count: 4),
        .init(input: "serving_default_b:0", source: workspace.path("b"), count: 3),
      ])
    ) { try all("", two) }
  }

  @Test func `folders of inputs are taken in order where names say nothing`() throws {
    for index in 0..<3 {
      try workspace.write(.ramp([2], from: index), to: "first/\(index).npy")
      try workspace.write(.ramp([3], from: index), to: "second/\(index).npy")
    }
    try workspace.write([1], to: "second/README")
    #expect(try all("", two)[2] == [.ramp([1, 2], from: 2), .ramp([1, 3], from: 2)])
    let set = try SampleSet(path: workspace.path, inputs: two)
    #expect(set.skipped == [workspace.path("second/README")])
  }

  @Test func `a model with one input takes folders of classes`() throws {
    try workspace.write(.ramp([2, 3]), to: "cat/1.npy")
    try workspace.write(.ramp([2, 3], from: 1), to: "cat/2.npy")
    try workspace.write(.ramp([2, 3], from: 2), to: "dog/1.npy")
    #expect(try all("", one) == (0..<3).map { [.ramp([1, 2, 3], from: $0)] })
  }

  // MARK: Batches

  @Test func `the first axis of a file counts the samples`() throws {
    try workspace.write(.ramp([5, 2, 3]), to: "a.npy")
    try workspace.write(.ramp([5, 1, 2, 3]), to: "b.npy")
    try workspace.write(DenseArray.ramp([30]).bytes, to: "c.dat")
    try workspace.write([("labels", .ramp([5])), ("q", .ramp([5, 2, 3]))], to: "d.npz")
    let expected = (0..<5).map { [DenseArray.ramp([1, 2, 3], from: 6 * $0)] }
    for name in ["a.npy", "b.npy", "c.dat", "d.npz:q"] { #expect(try all(name, one) == expected) }
    let set = try SampleSet(path: workspace.path("d.npz:q"), inputs: one)
    #expect(set.description(of: 3) == "\(workspace.path("d.npz")):q[3]")
  }

  @Test func `a file with the input's shape is one sample`() throws {
    try workspace.write(.ramp([2, 3]), to: "a.npy")
    try workspace.write(.ramp([1, 2, 3]), to: "b.npy")
    try workspace.write(.ramp([4, 3]), to: "c.npy")
    #expect(try all("a.npy", one) == [[.ramp([1, 2, 3])]])
    #expect(try all("b.npy", one) == [[.ramp([1, 2, 3])]])
    #expect(try all("c.npy", [.float("x", [4, 3])]) == [[.ramp([4, 3])]])
  }

  @Test func `raw booleans are 0 and 1`() throws {
    try workspace.write([0, 1, 7, 0, 255, 0], to: "a.bin")
    let input = SampleInput(name: "x", type: .bool, shape: [1, 3])
    #expect(try all("a.bin", [input]).map { $0[0].bytes } == [[0, 1, 1], [0, 1, 0]])
  }

  @Test func `an input of any length takes samples of theirs`() throws {
    try workspace.write(.ramp([2, 3]), to: "s/1.npy")
    try workspace.write(.ramp([7]), to: "s/2.npy")
    let input = SampleInput.float("x", [1, 1], [-1, -1])
    #expect(try all("s", [input]) == [[.ramp([2, 3])], [.ramp([1, 7])]])
  }

  @Test func `an archive has a batch for each input`() throws {
    try workspace.write(
      [("serving_default_b", .ramp([4, 3])), ("y", .ramp([4])), ("a", .ramp([4, 2]))], to: "a.npz")
    #expect(
      try all("a.npz", two)
        == (0..<4).map { [.ramp([1, 2], from: 2 * $0), .ramp([1, 3], from: 3 * $0)] })
    try workspace.write([("a", .ramp([4, 2])), ("b", .ramp([5, 3]))], to: "b.npz")
    let path = workspace.path("b.npz")
    #expect(
      throws: SampleFault.unevenCounts([
        .init(input: "a", source: "\(path):a", count: 4),
        .init(input: "serving_default_b:0", source: "\(path):b", count: 5),
      ])
    ) { try all("b.npz", two) }
  }

  @Test func `a folder has a batch for each input`() throws {
    try workspace.write(.ramp([4, 2]), to: "a.npy")
    try workspace.write(DenseArray.ramp([4, 3]).bytes, to: "b.raw")
    #expect(try all("", two)[3] == [.ramp([1, 2], from: 6), .ramp([1, 3], from: 9)])
  }

  /// Oracle: numpy deflated the archive and its Fortran order.
  @Test func `deflated and big-endian batches are sliced`() throws {
    for fields in try Recorded.records("archives.bin", fields: 2) {
      let path = try workspace.write(fields[1], to: "a.npz")
      let input = SampleInput(name: "a/b", type: .int32, shape: [1, 5])
      let expected = try Vectors.array(Recorded.records("members.bin", fields: 4)[3][1...])
      let set = try SampleSet(path: path, inputs: [input])
      #expect(set.count == 3)
      let rows = try (0..<3).flatMap { try set.sample(at: $0)[0].bytes }
      let whole = SampleInput(name: "x", type: .int32, shape: [3, 5])
      #expect(try rows == whole.convert(expected, source: "").bytes)
    }
  }

  @Test(arguments: [
    (10, 3, [1, 5, 8]), (10, 10, Array(0..<10)), (10, 1, [5]), (10, 20, Array(0..<10)),
    (4, 2, [1, 3]),
  ])
  func `a limit chooses samples evenly over all`(count: Int, limit: Int, expected: [Int]) throws {
    try workspace.write(.ramp([count, 1]), to: "a.npy")
    #expect(
      try all("a.npy", [.float("x", [1, 1])], maxSamples: limit)
        == expected.map { [.ramp([1, 1], from: $0)] })
  }
}
