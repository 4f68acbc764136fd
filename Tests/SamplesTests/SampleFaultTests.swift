import TFLite
import TestSupport
import Testing

@testable import Samples

/// What users read when samples do not fit.
@Suite struct SampleFaultTests {
  private let workspace: Workspace
  private let inputs = [SampleInput.float("image", [1, 2, 3], [-1, 2, 3])]

  init() throws { workspace = try Workspace() }

  /// The message and notes of the first fault, without the folder's name.
  private func words(_ name: String, _ inputs: [SampleInput]? = nil) -> [String] {
    do {
      let set = try SampleSet(path: workspace.path(name), inputs: inputs ?? self.inputs)
      for index in 0..<set.count { _ = try set.sample(at: index) }
      return []
    } catch {
      // The way out of a bad sample among several is tested by itself.
      let help = error.help.map { $0.hasPrefix("--skip-bad") ? [] : [$0] } ?? []
      return ([error.message] + error.notes + help).map(workspace.neutral)
    }
  }

  @Test func `missing and empty places`() throws {
    #expect(words("none") == ["'<>/none' cannot be read: no such file or directory"])
    #expect(words("none.npz:x") == ["'<>/none.npz' cannot be read: no such file or directory"])
    try workspace.write([1], to: "s/labels.txt")
    #expect(words("s") == ["'<>/s' has no samples", "not samples: '<>/s/labels.txt'"])
    try workspace.write(.ramp([0, 2, 3]), to: "empty.npy")
    #expect(words("empty.npy") == ["'<>/empty.npy' has no samples"])
    try workspace.write(.ramp([2, 3]), to: "m/1.npy")
    try workspace.write(.ramp([2, 3]), to: "m/deep/1.npy")
    #expect(
      words("m") == [
        "'<>/m' has both files and folders: samples must be all files or all folders",
        "such as '1.npy' and 'deep'",
      ])
    try workspace.write(.ramp([2, 3]), to: "d/a/b/1.npy")
    #expect(words("d") == ["'<>/d/a/b' is a folder where only sample files can be"])
    #expect(words("s", []) == ["the model has no inputs, so it takes no samples"])
  }

  @Test func `kinds that are not supported`() throws {
    let note =
      "supported are PNG, JPEG, BMP and PPM images, WAV sound, and npy, npz and CSV arrays"
    for name in ["i/1.gif", "i/a b.TIFF", "w/1.mp3", "h/x.h5"] {
      try workspace.write([1], to: name)
    }
    #expect(
      words("i") == [
        "2 of 2 samples of '<>/i' cannot be used", "'<>/i/1.gif' is a GIF image, which is not read",
        "'<>/i/a b.TIFF' is a TIFF image, which is not read",
        "ffmpeg -i <>/i/1.gif -frames:v 1 <>/i/1.png, or --skip-bad to leave such samples out",
      ])
    #expect(
      words("i/a b.TIFF") == [
        "'<>/i/a b.TIFF' is a TIFF image, which is not read", note,
        "ffmpeg -i '<>/i/a b.TIFF' '<>/i/a b.png'",
      ])
    #expect(
      words("w/1.mp3") == [
        "'<>/w/1.mp3' is an MP3 sound, which is not read", note,
        "ffmpeg -i <>/w/1.mp3 <>/w/1.wav",
      ])
    #expect(words("h") == ["'<>/h/x.h5' is not a supported kind of sample", note])
  }

  /// Oracle: files by the formats' own encoders.
  @Test func `files of other formats are recognized, whatever they are called`() throws {
    for record in try Recorded.records("foreign.bin", fields: 2) {
      let ending = String(decoding: record[0], as: UTF8.self)
      let format = try #require(ForeignFormat(ending: ending))
      let recognized = record[1].withUnsafeBytes { ForeignFormat(recognizing: $0) }
      #expect(recognized == format, "\(ending)")
      let isSound = format.name.hasSuffix("sound")
      let (name, input) =
        isSound
        ? ("x.wav", SampleInput.float("x", [1, 10])) : ("x.jpg", .float("x", [1, 4, 4, 3]))
      try workspace.write(record[1], to: name)
      let found = words(name, [input])
      #expect(found.first == "'<>/\(name)' is \(format.name), which is not read")
      #expect(found.last?.contains("-i <>/\(name) ") ?? false || ending == "heic", "\(found)")
    }
    #expect(
      ForeignFormat(ending: "heic")?.command(for: "it's.heic")
        == "heif-convert 'it'\\''s.heic' 'it'\\''s.png'")
    #expect(
      ForeignFormat(ending: "webp")?.command(for: "-a.png") == "ffmpeg -i ./-a.png ./-a.new.png")
    for vectors in ["png.bin", "bmp.bin", "ppm.bin", "jpeg.bin", "wav.bin"] {
      for record in try Recorded.records(vectors, fields: 4) {
        #expect(record[1].withUnsafeBytes { ForeignFormat(recognizing: $0) } == nil)
      }
    }
  }

  @Test func `media that are broken or do not fit`() throws {
    try workspace.write([0x89, 0x50, 0x4E], to: "p/1.png")
    let image = SampleInput.float("image", [1, 4, 4, 3])
    #expect(
      words("p", [image]) == [
        "'<>/p/1.png' is cut off: the PNG image ends in its signature (byte 3)"
      ])
    #expect(
      words("p", [.float("x", [1, 8, 8, 2])]) == [
        "'<>/p/1.png' does not fit input 'x' (float32 [1, 8, 8, 2]): the input has 2 channels, images "
          + "have 1, 3 or 4"
      ])
    try workspace.write(Array("RIFF".utf8), to: "1.wav")
    #expect(
      words("1.wav", [.float("x", [1, 49, 10])]) == [
        "'<>/1.wav' does not fit input 'x' (float32 [1, 49, 10]): the input has no single axis for "
          + "time"
      ])
    #expect(
      words("1.wav", [.float("x", [1, 10])]) == [
        "'<>/1.wav' is not a WAV file: it does not begin like one"
      ])
    // μ-law.
    var law = try Recorded.records("wav.bin", fields: 4)[2][1]
    law[20] = 7
    try workspace.write(law, to: "law.wav")
    #expect(
      words("law.wav", [.float("x", [1, 10])]) == [
        "'<>/law.wav' is a WAV file with format 7 of 16 bits, which is not supported",
        "ffmpeg -i <>/law.wav -c:a pcm_s16le <>/law.new.wav",
      ])
    try workspace.write(Array("a,b\n1,2\n3\n".utf8), to: "t.csv")
    #expect(
      words("t.csv", [.float("x", [1, 2])]) == [
        "'<>/t.csv' is corrupt: row 2 has 1 columns, the first has 2 (byte 8)"
      ])
    #expect(
      words("t.csv", [.float("x", [1, 5])]) == [
        "input 'x' takes float32 [1, 5], but '<>/t.csv' has shape [2, 2]"
      ])
  }

  @Test func `shapes and sizes that do not fit`() throws {
    try workspace.write(.ramp([3, 2]), to: "s/1.npy")
    #expect(
      words("s") == ["input 'image' takes float32 [?, 2, 3], but '<>/s/1.npy' has shape [3, 2]"])
    try workspace.write(.ramp([7, 1, 2, 3]), to: "b/1.npy")
    #expect(
      words("b") == [
        "input 'image' takes float32 [?, 2, 3], but '<>/b/1.npy' has shape [7, 1, 2, 3]",
        "it looks like a batch of 7 samples: pass the file itself, not its folder",
      ])
    try workspace.write([("p", .ramp([7, 5])), ("q", .ramp([7, 2, 3]))], to: "a.npz")
    #expect(
      words("a.npz") == [
        "input 'image' takes float32 [?, 2, 3], but '<>/a.npz:p' has shape [7, 5]",
        "arrays are matched by name, then by position; FILE.npz:ARRAY picks another",
      ])
    try workspace.write([1, 2, 3], to: "r/x.dat")
    let note = "a file that is neither npy nor npz is read as a tensor's bytes"
    let message = "input 'image' takes float32 [?, 2, 3], 24 bytes, but '<>/r/x.dat' has 3 bytes"
    #expect(words("r") == [message, note])
    #expect(words("r/x.dat") == [message, note])
    #expect(
      words("r", [SampleInput(name: "t", type: .string, shape: [1])]) == [
        "input 't' takes string [1], which raw bytes such as '<>/r/x.dat' cannot hold", note,
      ])
  }

  @Test func `values that do not fit`() throws {
    try workspace.write(.floats([0, 1, 2, 3, .nan, 5], [2, 3]), to: "n/1.npy")
    #expect(
      words("n") == [
        "the sample '<>/n/1.npy' for input 'image' has NaN or infinity at element 4"
      ])
    try workspace.write([("x", .floats([0, 1, .infinity, 3], [2, 2]))], to: "n.npz")
    #expect(
      words("n.npz", [.float("x", [1, 2])]) == [
        "the sample '<>/n.npz:x[1]' for input 'x' has NaN or infinity at element 0"
      ])
    try workspace.write(.floats([0.5, 1], [1, 2]), to: "f.npy")
    #expect(
      words("f.npy", [SampleInput(name: "ids", type: .int32, shape: [1, 2])]) == [
        "input 'ids' takes int32, which cannot hold 0.5, which is element 0 of '<>/f.npy'",
        "its type is float32; values are cast only where that loses nothing",
      ])
    try workspace.write(
      DenseArray(.complex64, shape: [1], bytes: [0, 0, 0, 0, 0, 0, 0, 0]), to: "c.npy")
    #expect(
      words("c.npy", [.float("x", [1])]) == [
        "input 'x' takes float32 [1], but '<>/c.npy' has complex64"
      ])
  }

  @Test func `arrays and inputs that do not meet`() throws {
    let two = [SampleInput.float("a", [1]), .float("b", [1])]
    try workspace.write([("a", .ramp([1])), ("x", .ramp([1])), ("y", .ramp([1]))], to: "a.npz")
    #expect(
      words("a.npz", two) == [
        "'<>/a.npz' has nothing for input 'b'", "it has: 'a', 'x', 'y'",
        "inputs are matched by name, or by position if there is one for each input",
      ])
    #expect(words("a.npz:q") == ["'<>/a.npz' has no array 'q'", "it has: 'a', 'x', 'y'"])
    try workspace.write(.ramp([1]), to: "a.npy")
    #expect(
      words("a.npy", two) == [
        "'<>/a.npy' holds one array, but the model has 2 inputs", "the inputs are: 'a', 'b'",
      ])
    try workspace.write(.ramp([1]), to: "u/a/1.npy")
    try workspace.write(.ramp([1]), to: "u/a/2.npy")
    try workspace.write(.ramp([1]), to: "u/b/1.npy")
    #expect(
      words("u", two) == [
        "the inputs have different numbers of samples", "input 'a': 2 in '<>/u/a'",
        "input 'b': 1 in '<>/u/b'",
      ])
  }

  @Test func `files that are no arrays`() throws {
    try workspace.write(Array("hello, world".utf8), to: "a.npy")
    #expect(
      words("a.npy") == [
        "'<>/a.npy' is not an npy array: it does not begin with \"\\u{93}NUMPY\""
      ])
    try workspace.write(Array(NpyFile.bytes(of: .ramp([2, 3])).dropLast(4)), to: "b.npy")
    #expect(
      words("b.npy") == [
        "'<>/b.npy' is cut off: its header promises 24 bytes of elements, 20 follow"
      ])
    try workspace.write([UInt8](repeating: 1, count: 100), to: "a.npz")
    #expect(
      words("a.npz") == [
        "'<>/a.npz' is not an npz archive, or it is cut off: it has no directory at its end"
      ])
  }
}
