import Platform
import TestSupport
import Testing

@testable import Samples

/// Oracle: scipy.signal.resample_poly in float64 (`Tools/record-media.py`).
@Suite struct ResamplerTests {
  @Test func `sound is resampled as scipy does, within one part in a million`() throws {
    let records = try Recorded.records("resampled.bin", fields: 3)
    #expect(records.count > 10)
    for record in records {
      let rates = Vectors.shape(record[0])
      let (values, wanted) = (record[1].elements(Float.self), record[2].elements(Float.self))
      let found = Resampler.resample(values, from: rates[0], to: rates[1], limit: .max)
      #expect(found.count == wanted.count, "\(rates)")
      let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-6, "\(rates): \(worst)")
      // The first values depend on so many of the sound's only.
      let count = wanted.count / 2
      let needed = Resampler.needed(for: count, from: rates[0], to: rates[1])
      let part = Resampler.resample(
        Array(values.prefix(needed)), from: rates[0], to: rates[1], limit: count)
      #expect(part == Array(found.prefix(count)), "\(rates)")
    }
  }

  /// A tone above the new Nyquist rate must not come back as a lower one.
  @Test func `tones that the new rate cannot hold vanish`() {
    // 15 kHz: sixteen values are five waves.
    let tone = (0..<4800).map { (index: Int) -> Float in
      Float(MathFunctions.sine(2 * Double.pi * 5 / 16 * Double(index)))
    }
    let low = Resampler.resample(tone, from: 48_000, to: 16_000, limit: .max)
    let loudest = low[100..<1500].map { abs($0) }.max() ?? 1
    #expect(loudest < 0.002)
  }

  @Test func `rates without a common divisor are no slower or larger`() {
    let values = [Float](repeating: 0.5, count: 5000)
    let found = Resampler.resample(values, from: 767_999, to: 1009, limit: .max)
    #expect(found.count == 7)
    let up = Resampler.resample([0.5, 0.5], from: 1009, to: 767_999, limit: .max)
    #expect(up.count == 1523 && abs(up[0] - 0.5) < 1e-3)
  }
}
