import Testing

@testable import Targets

/// Parts of a graph. Judge: graphs whose parts are counted by hand.
@Suite struct PartitioningTests {
  @Test func `A chain with one operator outside has two parts`() {
    let parts = Partitioning.parts(
      [true, true, false, true], sources: [[], [0], [1], [2]])
    #expect(parts == [[0, 1], [3]])
  }

  @Test func `A branch beside the operator outside joins the first part`() {
    // 2 does not need 1, so it is ready before the kind changes.
    let parts = Partitioning.parts(
      [true, false, true, true], sources: [[], [0], [0], [1, 2]])
    #expect(parts == [[0, 2], [3]])
  }

  @Test func `Without operators that run there is no part`() {
    #expect(Partitioning.parts([false, false], sources: [[], [0]]).isEmpty)
  }
}
