import Evaluation
import Testing

/// Arithmetic judges: what is nearer to zero than 2^−64 adds nothing.
@Suite struct TinySumTests {
  @Test("Values just below a whole number are that number", arguments: [-1e-25, -0x1p-70, 0])
  func tiny(value: Double) {
    #expect(ExactSum(value).value == 0)
    #expect(ExactSum(3 + value).value == 3)
  }
}
