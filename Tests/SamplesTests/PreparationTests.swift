import Foundation
import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// What images and tables become; LiteRT judges the resizing.
@Suite struct PreparationTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Two by two: red, green, blue, white.
  private func corners(_ name: String) throws {
    let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    try workspace.write(Array("P6 2 2 255\n".utf8) + pixels, to: name)
  }

  private func only(
    _ name: String, _ input: SampleInput, _ preprocessing: Preprocessing? = nil
  ) throws -> DenseArray {
    let set = try SampleSet(
      path: workspace.path(name), inputs: [input], preprocessing: preprocessing)
    #expect(set.count == 1)
    return try set.sample(at: 0)[0]
  }

  /// Oracle: LiteRT's RESIZE_BILINEAR with half_pixel_centers, recorded for the interpreter.
  @Test(arguments: ["double", "third", "odd", "one-out", "one-in", "same", "up-and-down"])
  func `images are resized as the runtime does`(name: String) throws {
    let path = Checkout.root.appending(path: "Tests/InterpreterTests/Vectors/RESIZE_BILINEAR.npz")
    let file = try ArrayFile(path: path.path)
    let source = try file.array(named: "half-pixel-\(name)/in0")
    let expected = try file.array(named: "half-pixel-\(name)/out0")
    let channels = source.shape[3]
    let values = source.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let result = Bilinear.resize(
      width: source.shape[2], height: source.shape[1],
      to: (expected.shape[2], expected.shape[1]), channels: channels
    ) { pixel, channel in values[pixel * channels + channel] }
    let wanted = expected.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let worst = zip(result, wanted).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < 1e-6)
  }

  @Test func `a float input gets pixels from −1 to 1 unless more is known`() throws {
    try corners("a.ppm")
    let input = SampleInput.float("x", [1, 2, 2, 3])
    let plain = try only("a.ppm", input)
    #expect(plain == .floats([1, -1, -1, -1, 1, -1, -1, -1, 1, 1, 1, 1], [1, 2, 2, 3]))
    var metadata = ModelInputInfo()
    (metadata.mean, metadata.std) = ([0, 0, 255], [255, 51, 1])
    var asked = Preprocessing()
    asked.metadata = [metadata]
    #expect(
      try only("a.ppm", input, asked)
        == .floats([1, 0, -255, 0, 5, -255, 0, 0, 0, 1, 5, 0], [1, 2, 2, 3]))
    (asked.scale, asked.color, asked.layout) = (1 / 255, .bgr, .nchw)
    #expect(
      try only("a.ppm", .float("x", [1, 3, 2, 2]), asked)
        == .floats([0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1], [1, 3, 2, 2]))
    // Only one axis can be the channels: no layout need be given.
    asked.layout = nil
    #expect(try only("a.ppm", .float("x", [1, 3, 2, 2]), asked).shape == [1, 3, 2, 2])
  }

  @Test func `integer inputs get pixels as they are, or by their scale`() throws {
    try corners("a.ppm")
    let shape = [1, 2, 2, 1]
    let gray = SampleInput(name: "x", type: .uint8, shape: shape)
    #expect(try only("a.ppm", gray).bytes == [76, 150, 29, 255])
    let signed = SampleInput(
      name: "x", type: .int8, shape: shape,
      encoding: Affine(type: .int8, scale: 1 / 255, zeroPoint: -128))
    let expected = [76, 150, 29, 255].map { UInt8(bitPattern: Int8($0 - 128)) }
    #expect(try only("a.ppm", signed).bytes == expected)
    var asked = Preprocessing()
    asked.std = [255]
    #expect(try only("a.ppm", signed, asked).bytes == expected)
    asked.std = [127.5]
    #expect(
      try only("a.ppm", signed, asked).bytes.map(Int8.init(bitPattern:)) == [24, 127, -70, 127])
  }

  @Test func `sizes, channels and axes follow the input`() throws {
    try corners("a.ppm")
    #expect(try only("a.ppm", .float("x", [1, 3, 5, 3])).shape == [1, 3, 5, 3])
    #expect(try only("a.ppm", .float("x", [1, 1, 1, 3], [-1, -1, -1, 3])).shape == [1, 2, 2, 3])
    #expect(try only("a.ppm", .float("x", [1, 28, 28])).shape == [1, 28, 28])
    #expect(try only("a.ppm", .float("x", [1, 4])).shape == [1, 4])
    #expect(try only("a.ppm", .float("x", [7, 6, 4])).shape == [7, 6, 4])
    #expect(throws: SampleFault.self) { try only("a.ppm", .float("x", [1, 5])) }
    #expect(throws: SampleFault.self) { try only("a.ppm", .float("x", [2, 2, 2, 3])) }
    let alpha = try only("a.ppm", SampleInput(name: "x", type: .uint8, shape: [1, 2, 2, 4]))
    #expect(alpha.bytes.prefix(8) == [255, 0, 0, 255, 0, 255, 0, 255])
  }

  @Test func `what is done is said, with its reason`() throws {
    try corners("s/1.ppm")
    try workspace.write(.ramp([1, 2, 2, 3]), to: "s/2.npy")
    func said(_ input: SampleInput, _ preprocessing: Preprocessing? = nil) throws -> [String] {
      try SampleSet(
        path: workspace.path("s"), inputs: [input], preprocessing: preprocessing
      ).preparations
    }
    let input = SampleInput.float("x", [1, 224, 192, 3])
    let head = "input 'x': images become RGB 192 × 224 (bilinear, the whole image), "
    #expect(
      try said(input) == [
        head + "(pixel − 127.5) / 127.5, assumed: the model has no metadata for it (--mean, --std "
          + "and --scale do)"
      ])
    var asked = Preprocessing()
    (asked.mean, asked.std) = ([1, 2, 3], [0.5])
    #expect(try said(input, asked) == [head + "(pixel − [1, 2, 3]) / 0.5, as asked for"])
    var info = ModelInputInfo()
    (info.mean, info.std) = ([0], [255])
    var known = Preprocessing()
    known.metadata = [info]
    #expect(try said(input, known) == [head + "pixel / 255, as the model's metadata say"])
    let bytes = SampleInput(name: "x", type: .uint8, shape: [1, 4, 4, 1])
    #expect(
      try said(bytes) == [
        "input 'x': images become gray 4 × 4 (bilinear, the whole image), pixels as they are"
      ])
  }

  /// Oracle: the official FlatBuffers library wrote the metadata by the slots of their schema.
  @Test func `a model's metadata tell how its inputs are filled`() throws {
    let file = try Recorded.records("metadata.bin", fields: 1)[0][0]
    let found = file.withUnsafeBytes { ModelInputInfo.all(inMetadata: $0) }
    #expect(found.map(\.name) == ["image", "sound"])
    #expect(found.map(\.content) == [.image(isGray: false), .sound(rate: 16000, channels: 1)])
    #expect(found[0].mean == [123, 116, 103] && found[0].std == [58, 57, 57.5])
    #expect(found[0].minimum == [-2.5] && found[0].maximum == [2.5])
    #expect(!found[1].isNormalized && found[1].minimum.isEmpty)
    let lists = file.withUnsafeBytes { ModelInputInfo.labelFiles(inMetadata: $0) }
    #expect(lists == [[], ["notes/about.txt", "names_de.txt"]])
    var generator = SeededRandom(seed: 11)
    for _ in 0..<2000 {
      var broken = file
      generator.mutate(&broken)
      _ = broken.withUnsafeBytes { ModelInputInfo.all(inMetadata: $0) }
      _ = broken.withUnsafeBytes { ModelInputInfo.labelFiles(inMetadata: $0) }
    }
  }

  @Test func `turned images and integer arrays are said`() throws {
    let turned = try Recorded.records("turned.bin", fields: 4)
    for record in turned where record[0].starts(with: "JPEG".utf8) {
      let name = String(decoding: record[0].dropFirst(5), as: UTF8.self)
      try workspace.write(record[1], to: "s/\(name.replacing("<", with: "l")).jpg")
    }
    try workspace.write(
      DenseArray(.uint8, shape: [7, 13, 3], bytes: [UInt8](repeating: 255, count: 273)),
      to: "s/a.npy")
    let set = try SampleSet(path: workspace.path("s"), inputs: [.float("x", [1, 7, 13, 3])])
    #expect(set.preparations.count == 1)
    for _ in 0..<2 {
      for index in 0..<set.count { _ = try set.sample(at: index) }
    }
    #expect(set.count == 33)
    #expect(
      set.preparations.dropFirst() == [
        "input 'x': 28 images were turned upright as their EXIF data say",
        "input 'x': arrays of uint8 became floats with the same values; mean and std are for images "
          + "and sound",
      ])
    #expect(try set.sample(at: 32)[0].floats[0] == 255)
  }

  @Test func `tables have a sample each line, or are one`() throws {
    try workspace.write(Array("a;b\n 1;2.5\r\n\n-3e1;\"4\"\n".utf8), to: "t.csv")
    let set = try SampleSet(path: workspace.path("t.csv"), inputs: [.float("x", [1, 2])])
    #expect(
      try (0..<set.count).map { try set.sample(at: $0)[0] } == [
        .floats([1, 2.5], [1, 2]), .floats([-30, 4], [1, 2]),
      ])
    #expect(try only("t.csv", .float("x", [2, 2])) == .floats([1, 2.5, -30, 4], [2, 2]))
    try workspace.write(Array("1 2\n".utf8), to: "f/1.csv")
    try workspace.write(Array("3\n4\n".utf8), to: "f/2.csv")
    let folder = try SampleSet(path: workspace.path("f"), inputs: [.float("x", [1, 2])])
    #expect(try folder.sample(at: 1)[0] == .floats([3, 4], [1, 2]))
  }
}
