import Foundation
import Platform
import TestSupport
import Testing

@testable import TFLite

/// The official readers judge: `Tools/make_fixtures_containers.py` recorded what they see of containers
/// that the official builder made.
@Suite struct ContainerTests {
  static let folder = "\(Fixtures.root)/Containers"
  static let names = FileSystem.names(in: folder).filter { $0 != "sections.txt" }

  static func open(_ name: String) throws -> Container {
    try #require(try Container(openMap("\(folder)/\(name)")))
  }

  private func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func read(_ bytes: [UInt8]) throws -> Container? {
    try Container(MappedFile(copying: bytes, as: "test"))
  }

  @Test("Sections are where the official readers find them", arguments: names)
  func places(name: String) throws {
    let text = String(decoding: try contents("\(Self.folder)/sections.txt"), as: UTF8.self)
    let golden = text.split(separator: "\n").map { $0.split(separator: " ") }
      .filter { $0[0] == name }
    let container = try Self.open(name)
    #expect(!golden.isEmpty && golden.count == container.sections.count)
    for (line, section) in zip(golden, container.sections) {
      #expect(["\(section.range.lowerBound)", "\(section.range.upperBound)"] == line[2...])
      if name.hasSuffix(".task") { #expect(section.name == line[1]) }
    }
  }

  @Test func `Sections have names that tell them apart; models are found at any depth`() throws {
    let language = try Self.open("language.litertlm")
    #expect(
      language.sections.map(\.name) == [
        "llm_metadata", "tf_lite_embedder", "sp_tokenizer", "tf_lite_prefill_decode",
        "hf_tokenizer.tf_lite_text_encoder", "data",
      ])
    #expect(language.sections[3].facts.map(\.key) == ["backend_constraint"])
    #expect(language.format.facts.map(\.key) == ["Authors", "uuid", "creation_timestamp"])
    let gestures = try Self.open("gestures.task")
    #expect(
      gestures.models.map(\.name) == [
        "hand_landmarker.task/hand_detector.tflite",
        "hand_landmarker.task/hand_landmarks_detector.tflite", "gesture_embedder.tflite",
        "canned_gesture_classifier.tflite",
      ])
    #expect(gestures.models.map(\.path) == [[0, 0], [0, 1], [1], [3]])
    #expect(
      gestures.models[0].file.path.hasSuffix(
        "gestures.task:hand_landmarker.task/hand_detector.tflite"))
    // An entry's content counts, not its ending.
    #expect(try Self.open("language.task").models.map(\.name) == ["TF_LITE_PREFILL_DECODE"])
  }

  @Test func `A model in a container is the file that was put in`() throws {
    for (name, fixture) in [("hands.task", "bmm"), ("language.litertlm", "keyword_1d")] {
      let model = try #require(try Self.open(name).models.last)
      let fixtureBytes = try contents(Fixtures.path(fixture))
      #expect(Array(model.file.bytes) == fixtureBytes)
      // Pages that are given back are read again.
      model.file.release(0..<model.file.bytes.count)
      #expect(try ModelFile(model.file).model == Fixtures.open(fixture).model)
    }
  }

  @Test func `Models and other files are no containers, and a container is no model`() throws {
    #expect(try Container(openMap(Fixtures.path("bmm"))) == nil)
    #expect(try Container(openMap(Fixtures.path("digits_with_labels"))) == nil)
    #expect(try read([]) == nil)
    #expect(throws: ModelFault.container(kind: TaskBundle.name)) {
      try ModelFile(openMap("\(Self.folder)/hands.task"))
    }
  }

  @Test func `A deflated archive in a bundle is data; in its place it is refused`() throws {
    let inner = Archive.bytes([("words.txt", [UInt8](repeating: 7, count: 99))], deflated: true)
    let model = try contents(Fixtures.path("bmm"))
    let outer = try #require(try read(Archive.bytes([("words.zip", inner), ("m", model)])))
    #expect(outer.models.map(\.name) == ["m"])
    #expect(throws: ContainerFault(.compressed, at: .section(0, name: "words.txt"))) {
      try read(inner)
    }
  }

  // MARK: Writing

  @Test("Nothing moves where nothing changes", arguments: names)
  func unchanged(name: String) throws {
    let container = try Self.open(name)
    let writer = try ContainerWriter(container, [:], threads: 1)
    #expect(writer.count == container.file.bytes.count)
    #expect(writer.placement.ranges == container.sections.map(\.range))
    #expect(try written(writer) == Array(container.file.bytes))
  }

  @Test("Sections behind one that grows or shrinks move, with their alignment", arguments: names)
  func moved(name: String) throws {
    let container = try Self.open(name)
    for delta in [-1000, 5, 20_000] {
      let sections = container.sections.enumerated().map { index, section in
        let isChanged = index == 0 && section.range.count > 1000
        return ContainerPlacement.Section(
          count: section.range.count + (isChanged ? delta : 0), isChanged: isChanged)
      }
      let placement = try container.format.placement(of: sections)
      for (range, section) in zip(placement.ranges, sections) {
        #expect(range.count == section.count)
        // Data of a bundle that shrinks get what models need.
        let isWider = section.isChanged && delta < 0
        let block = name.hasSuffix(".task") ? (isWider ? 16 : 4) : 16384
        #expect(range.lowerBound % block == 0)
      }
      let ordered = placement.ranges.sorted { $0.lowerBound < $1.lowerBound }
      for (range, next) in zip(ordered, ordered.dropFirst()) {
        #expect(range.upperBound <= next.lowerBound)
      }
    }
  }

  @Test func `A result that 32-bit offsets cannot describe is refused`() throws {
    let container = try Self.open("hands.task")
    let sections = [1 << 32, 5].map { ContainerPlacement.Section(count: $0, isChanged: true) }
    let fault = #expect(throws: ContainerFault.self) {
      try container.format.placement(of: sections)
    }
    #expect(fault?.place == .section(0, name: "hand_detector.tflite"))
    // Those of LiteRT-LM have 64 bits.
    let language = try Self.open("tiny.litertlm")
    let placement = try language.format.placement(of: sections)
    #expect(placement.ranges[1].lowerBound == (1 << 32) + 16384)
    let frame = language.format.frame(language.file.bytes, placement, checksums: [nil, nil])
    #expect(frame.first?.bytes.count ?? 0 < 16384)
  }

  private func written(_ writer: ContainerWriter) throws -> [UInt8] {
    let workspace = try Workspace()
    let path = workspace.path("container")
    let output = try OutputFile(path: path)
    _ = try writer.writeSections(to: output, at: 0)
    try writer.frames(
      at: 0, crc32: { _ in 0 },
      write: { part in try part.bytes.withUnsafeBytes { try output.write($0, at: part.position) } })
    try output.commit(replacing: false)
    return try contents(path)
  }
}
