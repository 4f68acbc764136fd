import OpSet
import Testing

@Suite("Runtime versions")
struct RuntimeVersionTests {
  @Test("compare number by number, not as text")
  func order() throws {
    let texts = ["1.5.0", "1.13.1", "1.14.0", "2.3.0", "2.14.0", "2.14.4", "2.23.0"]
    let versions = try texts.map { try #require(RuntimeVersion($0)) }
    #expect(versions == versions.sorted())
    #expect(versions.map(\.description) == texts)
  }

  @Test(
    "are read from metadata that is padded with zero bytes, and refused when they are not numbers")
  func text() {
    #expect(RuntimeVersion("2.3.0\0\0\0\0\0\0\0\0\0\0\0") == RuntimeVersion(2, 3, 0))
    for text in ["", "2", "2.3", "2.3.0.1", "2.3.x", "2..0", "2.3.-1", "2.3.+1", "2.3.0\01"] {
      #expect(RuntimeVersion(text) == nil, "\(text)")
    }
    #expect(RuntimeVersion("99999999999999999999.0.0") == nil)
  }
}
