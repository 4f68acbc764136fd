import Evaluation
import Testing

/// Judged by counting by hand.
@Suite struct ValueHistogramTests {
  private let last = ValueHistogram.inside + 2 * ValueHistogram.beyond - 1

  @Test func `Values inside, at the ends and beyond each have their bin`() throws {
    var histogram = try #require(ValueHistogram(-1...3))
    // A bin is 0.1 wide.
    histogram.add([-1, 3, 0.05, 3], reference: [-1.05, 3.05, 0.05, 99])
    #expect(histogram.other[ValueHistogram.beyond] == 1)
    #expect(histogram.other[last - ValueHistogram.beyond] == 2)
    #expect(histogram.other[ValueHistogram.beyond + 10] == 1)
    #expect(histogram.reference[ValueHistogram.beyond - 1] == 1)
    #expect(histogram.reference[last - ValueHistogram.beyond + 1] == 1)
    #expect(histogram.reference[last] == 1)
    #expect(histogram.reference[ValueHistogram.beyond + 10] == 1)
    histogram.add([.nan, .infinity], reference: [.nan, -.infinity])
    #expect(histogram.other[last] == 1 && histogram.reference[0] == 1)
    #expect(histogram.reference.reduce(0, +) == 5 && histogram.other.reduce(0, +) == 5)
  }

  @Test func `A long run adds few values, of all its parts`() throws {
    var histogram = try #require(ValueHistogram(0...1))
    let values = (0..<1_000_000).map { Float($0) / 1_000_000 }
    histogram.add(values, reference: values)
    #expect((1_000...2_100).contains(histogram.reference.reduce(0, +)))
    let inner = histogram.reference[ValueHistogram.beyond...(last - ValueHistogram.beyond)]
    #expect(inner.allSatisfy { $0 > 20 } && histogram.reference == histogram.other)
  }

  @Test func `An empty range has no histogram`() {
    #expect(ValueHistogram(1...1) == nil)
    #expect(ValueHistogram(0...Float.infinity) == nil)
  }
}
