import TFLite
import Testing

@testable import Samples

/// The rules of `--rep-data`: a leading 1 may be missing or too many; −1 is any size.
@Suite struct SampleInputTests {
  @Test(
    arguments: [
      ([1, 49, 10], [], [1, 49, 10], [1, 49, 10]), ([1, 49, 10], [], [49, 10], [1, 49, 10]),
      ([1, 49, 10], [], [1, 1, 49, 10], [1, 49, 10]), ([1, 49, 10], [], [10, 49], nil),
      ([1, 49, 10], [], [2, 49, 10], nil), ([1, 49, 10], [], [490], nil),
      ([4, 3], [], [4, 3], [4, 3]), ([4, 3], [], [1, 4, 3], [4, 3]), ([4, 3], [], [3], nil),
      ([], [], [], []), ([], [], [1], []), ([], [], [2], nil), ([1], [], [], [1]),
      ([1, 1], [-1, -1], [7], [1, 7]), ([1, 1], [-1, -1], [2, 7], [2, 7]),
      ([1, 1], [1, -1], [7], [1, 7]), ([1, 1], [1, -1], [2, 7], nil),
      ([1, 8], [-1, 8], [5, 8], [5, 8]), ([1, 8], [-1, 8], [8], [1, 8]),
      ([1], [-1], [16000], [16000]), ([1], [-1], [1, 16000], [16000]),
      ([1, 8], [-1], [5, 8], nil),
    ] as [([Int], [Int], [Int], [Int]?)])
  func `a sample fits with or without a leading 1`(
    shape: [Int], signature: [Int], found: [Int], expected: [Int]?
  ) {
    #expect(SampleInput.float("x", shape, signature).shape(fitting: found) == expected)
  }

  @Test(
    arguments: [
      ([1, 49, 10], [], [7, 49, 10], 7), ([1, 49, 10], [], [7, 1, 49, 10], 7),
      ([1, 49, 10], [], [49, 10], nil), ([1, 49, 10], [], [1, 49, 10], nil),
      ([1, 49, 10], [], [0, 49, 10], 0), ([4, 3], [], [7, 4, 3], 7), ([4, 3], [], [4, 3], nil),
      ([], [], [7], 7), ([], [], [], nil), ([1], [], [7], 7), ([1], [], [7, 1], 7),
      ([1, 8, 8, 3], [-1, 8, 8, 3], [7, 8, 8, 3], 7), ([1, 1], [-1, -1], [7, 9], 7),
      ([1, 1], [-1, -1], [7, 2, 9], 7), ([1, 1], [-1, -1], [9], nil),
      ([1], [-1], [16000], nil), ([1], [-1], [7, 16000], 7),
    ] as [([Int], [Int], [Int], Int?)])
  func `the first axis of a file counts the samples`(
    shape: [Int], signature: [Int], found: [Int], expected: Int?
  ) {
    #expect(SampleInput.float("x", shape, signature).batchCount(of: found) == expected)
  }

  @Test(
    arguments: [
      (["b", "a"], [1, 0]), (["x", "y"], [0, 1]), (["b", "y"], [1, 0]),
      (["serving_default_b:0", "a"], [1, 0]), (["in/b", "a"], [1, 0]), (["c", "b", "a"], [2, 1]),
      (["c", "b"], [0, 1]), (["x", "y", "z"], nil), (["a"], nil), (["a", "y", "z"], nil),
      (["a", "q/a"], [0, 1]), (["p/a", "q/a"], [0, 1]), ([], nil),
    ] as [([String], [Int]?)])
  func `inputs are found by name, then by position`(names: [String], expected: [Int]?) {
    let inputs = [SampleInput.float("serving_default_a:0", [1]), .float("b", [1])]
    #expect((try? InputNames.match(names, to: inputs, in: "", extra: false)) == expected)
  }

  @Test func `arrays beyond the inputs are left alone where they may be`() throws {
    let inputs = [SampleInput.float("a", [1])]
    #expect(try InputNames.match(["x", "y"], to: inputs, in: "", extra: true) == [0])
    #expect(try InputNames.match(["x", "a"], to: inputs, in: "", extra: true) == [1])
  }

  @Test func `names are in the order in which people count`() {
    let names = [
      "10.npy", "9.npy", "a2b10", "a2b9", "a10", "02.npy", "2.npy", "b", "B", "1", "a-1",
    ]
    #expect(
      NaturalOrder.sorted(names)
        == ["1", "02.npy", "2.npy", "9.npy", "10.npy", "B", "a-1", "a2b9", "a2b10", "a10", "b"])
  }
}
