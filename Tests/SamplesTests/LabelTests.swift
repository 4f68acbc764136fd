import Foundation
import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

@Suite struct LabelTests {
  private let workspace: Workspace
  private let input = SampleInput.float("x", [1, 2])

  init() throws { workspace = try Workspace() }

  /// Two cats and a dog.
  private func pets(maxSamples: Int? = nil) throws -> SampleSet {
    for name in ["cat/1.npy", "cat/10.npy", "Dog/3.npy"] {
      try workspace.write(.ramp([2]), to: "pets/\(name)")
    }
    return try SampleSet(
      path: workspace.path("pets"), inputs: [input], maxSamples: maxSamples)
  }

  private func batch() throws -> SampleSet {
    try workspace.write(.ramp([4, 2]), to: "x.npy")
    return try SampleSet(path: workspace.path("x.npy"), inputs: [input])
  }

  private func classes(
    _ source: String, _ set: SampleSet, names: String? = nil, count: Int? = nil
  ) throws -> [Int] {
    let names = try names.map { try LabelNames(path: workspace.write(Array($0.utf8), to: "n.txt")) }
    return try Labels(
      source == "folders" ? .folders : .file(workspace.path(source)), for: set, names: names,
      classCount: count
    ).classes
  }

  private func words(_ body: () throws -> [Int]) -> String {
    do {
      return "\(try body())"
    } catch let fault as LabelFault {
      return workspace.neutral(([fault.message] + fault.notes).joined(separator: "; "))
    } catch {
      return "\(error)"
    }
  }

  @Test func `folders are classes, in sorted order, by number, or by a list of names`() throws {
    let set = try pets()
    #expect((0..<3).map(set.className(of:)) == ["Dog", "cat", "cat"])
    #expect((0..<3).map(set.name(of:)) == ["Dog/3.npy", "cat/1.npy", "cat/10.npy"])
    #expect(try classes("folders", set) == [0, 1, 1])
    #expect(try classes("folders", set, names: "background\ncat, Felis catus\ndog\n") == [2, 1, 1])
    #expect(try classes("folders", set, names: "5 cat\n7  Dog\n") == [7, 5, 5])
    let one = try pets(maxSamples: 1)
    #expect(try classes("folders", one) == [1])
    #expect(
      words { try classes("folders", set, names: "cat\nhotdog\n") }
        == "labels do not match: 'Dog' of '<>/pets' is not among the class names of '<>/n.txt'; "
        + "similar: 'hotdog'")
    #expect(
      words { try classes("folders", batch()) }
        == "labels do not match: the samples of '<>/x.npy' are not in a folder for each class")
    for name in ["10/a.npy", "2/b.npy"] { try workspace.write(.ramp([2]), to: "numbers/\(name)") }
    let numbers = try SampleSet(path: workspace.path("numbers"), inputs: [input])
    #expect(try classes("folders", numbers) == [2, 10])
  }

  /// A model with more classes than folders would be right by chance only.
  @Test func `folders that only their order numbers are as many as the classes`() throws {
    let set = try pets()
    #expect(try classes("folders", set, count: 2) == [0, 1, 1])
    let head = "labels do not match: '<>/pets' has 2 folders for the"
    let tail = "and nothing says which class each is; sorted, they would be 'Dog' = 0, 'cat' = 1"
    #expect(
      words { try classes("folders", set, count: 1000) }
        == "\(head) 1000 classes of the model, \(tail)")
    #expect(
      words { try classes("folders", set, count: 3) }
        == "\(head) 3 classes of the model, \(tail); class 0 of the model may be the background, "
        + "which the folders do not have")
    for name in ["1/a.npy", "3/b.npy"] { try workspace.write(.ramp([2]), to: "numbers/\(name)") }
    let numbers = try SampleSet(path: workspace.path("numbers"), inputs: [input])
    #expect(try classes("folders", numbers, count: 1000) == [1, 3])
    #expect(
      words { try classes("folders", numbers, count: 3) }
        == "labels do not match: the sample '3/b.npy' is of class 3, but the model has 3 classes, "
        + "from 0 to 2; 1 of 2 labels are beyond the classes; labels go from 1 to 3; they seem to "
        + "count from 1; the model's classes count from 0")
  }

  @Test func `lists of names are checked against the classes`() throws {
    func names(_ text: String) throws -> LabelNames {
      try LabelNames(path: workspace.write(Array(text.utf8), to: "n.txt"))
    }
    #expect(throws: Never.self) { try names("a\nb\n").check(against: 2) }
    #expect(throws: Never.self) { try names("0 a\n7 b\n").check(against: 1000) }
    #expect(!(try names("0 a\n7 b\n").fits(7)))
    func problem(_ classes: Int) throws -> String {
      let names = try names("background\ncat\ndog\n")
      return words {
        try names.check(against: classes)
        return []
      }
    }
    let head = "labels do not match: '<>/n.txt' has 3 class names, but the model has"
    #expect(try problem(8) == "\(head) 8 classes")
    #expect(
      try problem(2) == "\(head) 2 classes; the names may have a background, which the model does "
        + "not have")
    #expect(
      words { try classes("folders", pets(), names: "a\nb\nhotdog\n") }
        == "labels do not match: 2 names of '<>/pets', such as 'Dog', are not among the class names "
        + "of '<>/n.txt'; unknown: 'Dog', 'cat'; similar to the first: 'hotdog'")
  }

  @Test(arguments: [
    "file,label\ncat/1.npy,1\n3.npy,0\n10,1\n", "1.npy;1\n3.npy;0\n10.npy;1\n",
    "1.npy 1\n3.npy 0\n10.npy 1", "1\n",
  ])
  func `lists name files or have a label for each`(text: String) throws {
    let set = try pets()
    try workspace.write(Array(text.utf8), to: "l.csv")
    if text == "1\n" {
      #expect(
        words { try classes("l.csv", set) }
          == "labels do not match: '<>/l.csv' has 1 labels for 3 samples")
    } else {
      #expect(try classes("l.csv", set) == [0, 1, 1])
    }
  }

  @Test func `a label for each sample in order, as number or name`() throws {
    let set = try batch()
    try workspace.write(Array("label\n3\n2\n\n1\n0\n".utf8), to: "l.txt")
    #expect(try classes("l.txt", set) == [3, 2, 1, 0])
    try workspace.write(Array("b\na\nb\nb\n".utf8), to: "l.txt")
    #expect(try classes("l.txt", set, names: "a\nb\n") == [1, 0, 1, 1])
    #expect(
      words { try classes("l.txt", set) }
        == "labels do not match: 'b' of '<>/l.txt' is a class name, but there is no list of class names"
    )
  }

  @Test func `arrays of labels`() throws {
    let set = try batch()
    try workspace.write(
      [("x", .ramp([4, 2])), ("y", .ints([1, 0, 2, 1], [4]))], to: "l.npz")
    #expect(try classes("l.npz", set) == [1, 0, 2, 1])
    #expect(try classes("l.npz:y", set) == [1, 0, 2, 1])
    try workspace.write(.floats([0, 1, 0.5, 2], [4]), to: "l.npy")
    #expect(
      words { try classes("l.npy", set) }
        == "labels do not match: label 2 of '<>/l.npy' is 0.5, not a class number")
    try workspace.write(.ints([1, -1, 0, 0], [4]), to: "l.npy")
    #expect(words { try classes("l.npy", set) }.contains("label 1 of '<>/l.npy' is -1"))
    try workspace.write(.ints([1], [1]), to: "l.npy")
    #expect(words { try classes("l.npy", set) }.contains("has 1 labels for 4 samples"))
  }

  @Test func `a model brings the names of its classes along`() throws {
    let names = try #require(LabelNames(in: Fixtures.open("digits_with_labels")))
    #expect(names.names.count == 10 && names.names[9] == "nine" && names.source == "labels.txt")
    #expect(names.index(of: "Three") == 3 && names.index(of: "eleven") == nil)
  }

  @Test func `samples without a label and with two are named`() throws {
    let set = try pets()
    try workspace.write(Array("1.npy,0\n".utf8), to: "l.csv")
    #expect(
      words { try classes("l.csv", set) }
        == "labels do not match: '<>/l.csv' has no label for 2 samples, such as 'Dog/3.npy'")
    try workspace.write(Array("1.npy,0\n1.npy,1\n".utf8), to: "l.csv")
    #expect(
      words { try classes("l.csv", set) }
        == "labels do not match: '<>/l.csv' has two labels for '1.npy'")
  }
}
