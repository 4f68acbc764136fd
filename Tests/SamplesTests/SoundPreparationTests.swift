import TFLite
import TestSupport
import Testing

@testable import Samples

/// What sound becomes. Python's `wave` wrote the files; `ResamplerTests` judges the values of another
/// rate.
@Suite struct SoundPreparationTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func only(
    _ name: String, _ input: SampleInput, _ preprocessing: Preprocessing? = nil
  ) throws -> DenseArray {
    let set = try SampleSet(
      path: workspace.path(name), inputs: [input], preprocessing: preprocessing)
    #expect(set.count == 1)
    return try set.sample(at: 0)[0]
  }

  @Test func `sound fills inputs of one axis`() throws {
    let wav = try Recorded.records("wav.bin", fields: 4)
    // 37 frames of 16 bits, one and two channels.
    try workspace.write(wav[2][1], to: "m.wav")
    try workspace.write(wav[3][1], to: "s.wav")
    func floats(_ bytes: [UInt8]) -> [Float] {
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    let (mono, stereo) = (floats(wav[2][3]), floats(wav[3][3]))
    let cut = try only("m.wav", .float("x", [1, 10]))
    #expect(cut == .floats(Array(mono.prefix(10)), [1, 10]))
    let filled = try only("m.wav", .float("x", [40]))
    #expect(filled == .floats(mono + [0, 0, 0], [40]))
    let whole = try only("s.wav", .float("x", [1], [-1]))
    let mixed: [Float] = (0..<37).map { (frame: Int) -> Float in
      (stereo[2 * frame] + stereo[2 * frame + 1]) / 2
    }
    #expect(whole == .floats(mixed, [37]))
    #expect(try only("s.wav", .float("x", [1, 37, 2])).bytes == wav[3][3])
    let words = try only("m.wav", SampleInput(name: "x", type: .int16, shape: [1, 37]))
    #expect(words.bytes == Array(wav[2][1].suffix(74)))
  }

  @Test func `sound of another rate is resampled, or taken as it is and told`() throws {
    let wav = try Recorded.records("wav.bin", fields: 4)
    // 37 frames at 8000 Hz, one channel and two; at 16,000 Hz one of nine frames.
    try workspace.write(wav[2][1], to: "s/1.wav")
    try workspace.write(wav[3][1], to: "s/2.wav")
    let wide = try #require(wav.first { $0[0].elementsEqual("extensible".utf8) })
    try workspace.write(wide[1], to: "s/3.wav")
    func read(_ preprocessing: Preprocessing?, _ input: SampleInput) throws -> (
      SampleSet, [DenseArray]
    ) {
      let set = try SampleSet(
        path: workspace.path("s"), inputs: [input], preprocessing: preprocessing)
      return (set, try (0..<3).map { try set.sample(at: $0)[0] })
    }
    let any = SampleInput.float("x", [1], [-1])
    let (plain, asStored) = try read(nil, any)
    #expect(asStored.map(\.shape) == [[37], [37], [9]])
    #expect(
      plain.warnings == [
        "input 'x': sound of 8000 and 16000 Hz was taken as it is, since the model's metadata give no "
          + "rate; --rate HZ resamples it"
      ])
    var info = ModelInputInfo()
    info.content = .sound(rate: 16000, channels: 1)
    var known = Preprocessing()
    known.metadata = [info]
    let (set, arrays) = try read(known, any)
    #expect(arrays.map(\.shape) == [[74], [74], [9]] && set.warnings.isEmpty)
    #expect(
      set.preparations.last == "input 'x': 2 sounds of 8000 Hz were resampled to 16000 Hz")
    let mono = asStored[0].floats
    #expect(
      arrays[0].floats == Resampler.resample(mono, from: 8000, to: 16000, limit: .max))
    let (_, cut) = try read(known, .float("x", [1, 20]))
    #expect(cut[0].floats == Array(arrays[0].floats.prefix(20)))
    let stereo = try read(known, .float("x", [74, 2])).1[1].floats
    let left = stride(from: 0, to: 148, by: 2).map { stereo[$0] }
    let stored = wav[3][3].elements(Float.self)
    #expect(
      left
        == Resampler.resample(
          stride(from: 0, to: 74, by: 2).map { stored[$0] }, from: 8000, to: 16000, limit: .max))
    known.rate = 8000
    #expect(try read(known, any).1[2].shape == [5])
    info.content = .sound(rate: 12, channels: 1)
    var odd = Preprocessing()
    odd.metadata = [info]
    #expect(throws: SampleFault.self) { try read(odd, any) }
  }
}
